//! The words of dates, each with its spellings in one entry. What days they
//! mean is decided in `plan/dates.rs`.

use super::keyword_entry::{Keyword, KeywordPlace};

macro_rules! date_words {
    ($(#[$about:meta])* $name:ident, $place:ident, reserved: $reserved:literal {
        $($(#[$meaning:meta])* $variant:ident { $($word:literal, $help:literal, $example:literal;)+ })*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$meaning])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The entries of these words in the table of keywords.
            pub(super) const KEYWORDS: &'static [Keyword] = &[$($(Keyword {
                word: $word,
                place: KeywordPlace::$place,
                reserved: $reserved,
                help: $help,
                example: $example,
            },)+)*];

            /// All its spellings; the first is the singular.
            #[must_use]
            pub fn spellings(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($word,)+],)*
                }
            }

            /// The value that a word names; case is ignored.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                let means = |one: &Self| one.spellings().iter().any(|spelling| spelling.eq_ignore_ascii_case(word));
                Self::ALL.iter().copied().find(means)
            }

            /// Its first spelling.
            #[must_use]
            pub fn name(self) -> &'static str {
                self.spellings().first().copied().unwrap_or_default()
            }
        }
    };
}

date_words! {
    /// A day named relative to today.
    RelativeDay, Date, reserved: true {
        /// The day of the run.
        Today { "today", "the day of the run", "effective after today"; }
        /// The day before today.
        Yesterday { "yesterday", "the day before today", "since yesterday"; }
        /// The day after today.
        Tomorrow { "tomorrow", "the day after today", "effective until tomorrow"; }
    }
}

date_words! {
    /// The position of a unit of time relative to today.
    Turn, Date, reserved: true {
        /// The one before.
        Last { "last", "the unit before this one, or so many up to today", "in last 90 days"; }
        /// The one in which today lies.
        This { "this", "the unit in which today lies", "in this year"; }
        /// The one after.
        Next { "next", "the unit after this one, or so many from today on", "effective in next 90 days"; }
    }
}

date_words! {
    /// A unit of calendar time. Its second spelling is that of several.
    Unit, Unit, reserved: false {
        /// A day.
        Day {
            "day", "a day", "within 1 day of 2025-06-27";
            "days", "days", "in last 90 days";
        }
        /// Seven days.
        Week {
            "week", "seven days", "in next week";
            "weeks", "weeks", "since 2 weeks ago";
        }
        /// A calendar month.
        Month {
            "month", "a calendar month", "in last month";
            "months", "months", "where lag < 6 months";
        }
        /// A calendar year.
        Year {
            "year", "a calendar year", "in this year";
            "years", "years", "within 5 years after 2019";
        }
    }
}

impl Unit {
    /// The singular or plural that goes with a count.
    #[must_use]
    pub fn counted(self, count: u32) -> &'static str {
        let spellings = self.spellings();
        if count == 1 { self.name() } else { spellings.get(1).copied().unwrap_or(self.name()) }
    }
}
