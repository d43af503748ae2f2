//! The manual and the references beside it, as the sections that `help` shows.
//! It knows headings, and nothing of what they are about.

/// The manual of the language.
const MANUAL: &str = include_str!("../../grammar/MANUAL.md");

/// The references beside the manual; each is a chapter of it.
const REFERENCES: [&str; 3] = [
    include_str!("../../grammar/VOCABULARY.md"),
    include_str!("../../grammar/MAPPINGS.md"),
    include_str!("../../grammar/DIAGNOSTICS.md"),
];

/// The chapter that quotes what was typed wrongly, in which no word is looked for.
const DIAGNOSTICS: &str = "diagnostics";

/// A section of a page, with the sections within it.
pub struct Section<'p> {
    /// Its depth, from 1 for the title of the manual.
    pub level: usize,
    /// Its heading, as Markdown.
    pub title: &'p str,
    /// Its Markdown, from the heading on.
    pub text: &'p str,
}

impl Section<'_> {
    /// Whether a topic is its heading.
    pub fn is_about(&self, topic: &str) -> bool {
        plain_title(self.title) == plain_title(topic)
    }

    /// Whether every word of a topic is in its heading.
    pub fn has_in_title(&self, topic: &str) -> bool {
        let (title, topic) = (plain_title(self.title), plain_title(topic));
        self.level > 1 && topic.split(' ').all(|word| title.split(' ').any(|part| part == word))
    }

    /// Whether it explains something in which a word occurs.
    pub fn mentions(&self, word: &str) -> bool {
        plain_title(self.title) != DIAGNOSTICS && has_word(self.text, word)
    }
}

/// Every section; the references are chapters of the manual.
pub fn all_sections() -> Vec<Section<'static>> {
    let of_reference = |section: Section<'static>| Section { level: section.level + 1, ..section };
    sections(MANUAL).into_iter().chain(REFERENCES.into_iter().flat_map(sections).map(of_reference)).collect()
}

/// The topics that `help` knows, for completion.
pub fn topics() -> Vec<String> {
    all_sections().iter().filter(|section| section.level > 1).map(|section| plain_title(section.title)).collect()
}

/// Whether a text has a word, in any case.
pub fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
}

/// A heading in lower case, without punctuation.
pub fn plain_title(title: &str) -> String {
    let letters = title.to_lowercase().replace(|sign: char| !sign.is_alphanumeric() && !"-_$".contains(sign), " ");
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sections of a page in Markdown, each up to the next that is not within it.
fn sections(page: &str) -> Vec<Section<'_>> {
    let mut headings = Vec::new();
    let (mut at, mut is_code) = (0, false);
    for line in page.split_inclusive('\n') {
        is_code ^= line.trim_start().starts_with("```");
        let level = line.len() - line.trim_start_matches('#').len();
        if !is_code && (1..=6).contains(&level) && line.get(level..).is_some_and(|rest| rest.starts_with(' ')) {
            headings.push((at, level, line.get(level..).unwrap_or("").trim()));
        }
        at += line.len();
    }
    let section = |(place, &(start, level, title)): (usize, &(usize, usize, _))| {
        let next = headings.iter().skip(place + 1).find(|(_, other, _)| *other <= level);
        let end = next.map_or(page.len(), |(end, ..)| *end);
        Section { level, title, text: page.get(start..end).unwrap_or("") }
    };
    headings.iter().enumerate().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Manual\n\nHello.\n\n## `with {…}` and `without`\n\nOne.\n\n```\n# not a heading\n```\n\n### Same\n\nTwo.\n\n## Dates\n\nThree.\n";

    #[test]
    fn a_section_goes_up_to_the_next_that_is_not_within_it() {
        let sections = sections(PAGE);
        let titles: Vec<(usize, &str)> = sections.iter().map(|section| (section.level, section.title)).collect();
        assert_eq!(titles, [(1, "Manual"), (2, "`with {…}` and `without`"), (3, "Same"), (2, "Dates")]);
        assert!(sections[1].text.ends_with("Two.\n\n") && sections[3].text.ends_with("Three.\n"));
        assert!(sections[1].is_about("With and without"));
        assert!(sections[1].has_in_title("WITHOUT") && !sections[1].has_in_title("with dates"));
        assert_eq!(sections[0].text, PAGE);
    }
}
