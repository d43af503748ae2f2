//! Why a rule that an entity declares cannot be followed.

use serde_json::Value;

use super::{DateError, Number};

/// Why a rule from which dates are computed cannot be followed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The rules are not an object with one rule for each action.
    #[error("expected one rule for each action, such as `{{\"ACTION\": {example}}}`, found `{found}`")]
    NotByAction {
        /// What was found.
        found: Value,
        /// A rule as it should be.
        example: &'static str,
    },
    /// A rule is not an object.
    #[error("expected a rule such as `{example}`, found `{found}`")]
    NotAnObject {
        /// What was found.
        found: Value,
        /// A rule as it should be.
        example: &'static str,
    },
    /// The rule for one action is wrong.
    #[error("the rule for `{action}`: {problem}")]
    ForAction {
        /// The action.
        action: String,
        /// What is wrong with its rule.
        problem: Box<Self>,
    },
    /// The value of one key is wrong.
    #[error("`{key}`: {problem}")]
    InKey {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        problem: Box<Self>,
    },
    /// The rule has a key that rules do not have.
    #[error("unknown key `{key}`; {}", suggest_key(*nearest, known))]
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        nearest: Option<&'static str>,
        /// Every key that the rule may have.
        known: &'static [&'static str],
    },
    /// A key that every such rule needs is missing.
    #[error("`{key}` is missing: {meaning}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What it says.
        meaning: &'static str,
    },
    /// The value of a key is not a text.
    #[error("`{key}` must be a text, not `{found}`")]
    NotText {
        /// The key.
        key: &'static str,
        /// What was found.
        found: Value,
    },
    /// A text is not a length of time.
    #[error("`{written}` is not a length of time; write it as `6 months` or `90 days`")]
    InvalidLength {
        /// The text.
        written: String,
    },
    /// A length of time is negative.
    #[error("a length of time cannot be negative, as `{written}` is")]
    NegativeLength {
        /// The text.
        written: String,
    },
    /// A length of time is longer than the calendar.
    #[error("`{written}` is longer than the calendar")]
    LengthTooLong {
        /// The text.
        written: String,
    },
    /// `snap` has another value than those that it may have.
    #[error("`snap` must be `month-start` or `next-month-start`, not `{written}`")]
    UnknownSnap {
        /// The value.
        written: String,
    },
    /// `earlier` has another value than the one that it may have.
    #[error("`earlier` must be `at-once`, not `{written}`")]
    UnknownEarlier {
        /// The value.
        written: String,
    },
    /// `not_before` is a stretch of days.
    #[error("expected one day, but `{written}` is a stretch of days")]
    NotBeforeStretch {
        /// The stretch.
        written: String,
    },
    /// `not_before` is neither a date nor a name.
    #[error(transparent)]
    Date(#[from] DateError),
    /// `count` is not a positive whole number.
    #[error("`count` must be a whole number from 1 up, not `{found}`")]
    InvalidCount {
        /// What was found.
        found: Value,
    },
    /// A number is not positive.
    #[error("`{key}` must be a number greater than 0, not `{found}`")]
    NotPositive {
        /// The key.
        key: &'static str,
        /// What was found.
        found: Value,
    },
    /// Somebody's part of a whole is not a number, or is negative.
    #[error("the part of `{name}` must be a number from 0 up, not `{found}`")]
    InvalidWeight {
        /// Whose part it is.
        name: String,
        /// What was found.
        found: Value,
    },
    /// `of` does not give each one's part of the whole.
    #[error("`of` must give the part of each, as in `{example}`")]
    InvalidWeights {
        /// A share as it should be.
        example: &'static str,
    },
    /// The value of a key is not a list of names.
    #[error("`{key}` must be a list of names, such as [\"NAME\", \"NAME\"], not `{found}`")]
    NotNames {
        /// The key.
        key: &'static str,
        /// What was found.
        found: Value,
    },
    /// A list names somebody twice.
    #[error("`{key}` names `{name}` twice")]
    NamedTwice {
        /// The key.
        key: &'static str,
        /// The name.
        name: String,
    },
    /// A threshold has no condition.
    #[error("`count`, `among` or `share` is missing: how many must have acted, who, or what share")]
    NoCondition,
    /// A threshold says which kinds are counted, and not how many are enough.
    #[error("`kinds` says which are counted, but `count` is missing")]
    KindsWithoutCount,
    /// All parts together are less than the share that is required.
    #[error("all together have {held} of {whole}, which is less than the share")]
    UnreachableShare {
        /// What all have together.
        held: Number,
        /// What they would be a share of.
        whole: Number,
    },
}

impl RuleError {
    /// For `map_err`: says in which key the problem is.
    pub(super) fn in_key(key: &'static str) -> impl FnOnce(Self) -> Self {
        move |problem| Self::InKey { key, problem: Box::new(problem) }
    }
}

fn suggest_key(nearest: Option<&str>, known: &[&str]) -> String {
    if let Some(nearest) = nearest {
        return format!("did you mean `{nearest}`?");
    }
    let quoted: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
    format!("the keys are {}", quoted.join(", "))
}
