//! The stages of sentences at random, and sentences of periods.

use super::sentence::{Of, Writer, push};
use super::words::{ACTIONS, ATTRIBUTES, GROUPS, PERIODS, TESTS, TEXTS};

impl Writer<'_> {
    pub fn periods(&mut self) -> String {
        let status = self.random.of(&["enrolled", "leaving", "candidate"]);
        let others = self.random.of(&["oak", "oak,elm", "ada", "cleo,BN", "FR"]);
        let day = self.random.of(&["", " as of 2004-12-31", " as of 2006-01-15"]);
        let maybe = self.random.of(&["", "", "maybe "]);
        let more = if self.random.chance(40) { format!(" {}", self.random.of(&ATTRIBUTES)) } else { String::new() };
        format!("periods {maybe}{status}:{others}{more}{day}")
    }

    pub fn stages(&mut self) -> String {
        match self.random.weighted(&[30, 30, 14, 8, 8, 10, 5]) {
            6 => "| sources".to_owned(),
            5 => {
                let which = self.random.of(&[
                    "min",
                    "max",
                    "median",
                    "sum",
                    "mean",
                    "p90",
                    "min max",
                    "median sum min",
                    "p10 p25 mean",
                ]);
                let of = self.random.of(&["score", "weight", "effective", "date", "lag"]);
                let by = self.random.of(&["", " by club", " by action", " by topic", " by year", " by person, topic"]);
                let before = if of == "lag" { "| let lag = effective - date " } else { "" };
                if self.random.chance(70) {
                    return format!("{before}| {which} of {of}{by}");
                }
                let down = self.random.of(&["club", "year", "topic", "region", "action"]);
                let across = self.random.of(&["person", "effective.year", "topic", "score", "date.precision"]);
                format!("| pivot {down} x {across}")
            }
            0 => self.cut(),
            1 => {
                let tables = [
                    "| count",
                    "| count by action",
                    "| count by year",
                    "| count person by club",
                    "| count by topic",
                    "| distinct club",
                    "| distinct action, effective.year",
                    "| show id, date, effective.year, person.size",
                    "| show id, date.earliest, effective.latest",
                    "| count by date.latest",
                    "| show person, club, topic, region",
                    "| where score >= 2",
                    "| where score >= 1 | count",
                    "| count by topic | where count >= 2",
                    "| count by region, action",
                    "| show id, title | take 3",
                    "| where since 2004-05 | count by club",
                    "| distinct person | count",
                    "| show id, effective.computed, club.founded, club.founded.stated",
                    "| count by club.founded.year",
                    "| count by effective.computed.basis, club.founded.basis",
                ];
                self.random.of(&tables).to_owned()
            }
            2 => {
                let lets = [
                    "| let lag = effective - date | where lag < 6 months",
                    "| let lag = effective - date | where lag > 30 days",
                    "| let lag = date - {applied} | where lag >= 0 days",
                    "| let sum = score + weight | where sum >= 2",
                    "| let sum = weight + 0.2 | where sum = 0.3 | count",
                    "| let sum = weight - 0.025 | show title, weight, sum",
                    "| let due = date + 6 months | where due after 2005",
                    "| let due = date + 6 months | where due:none",
                    "| let lag = effective - {admitted} | where lag <= 1 year | count",
                    "| let lag = effective - date | where lag:none | count by action",
                    "| let sum = score - weight | sort -sum | take 3",
                    "| let gap = effective - effective.computed | where gap != 0 days",
                    "| let age = date - club.founded | where age < 0 days",
                    "| let rate = score / weight | where rate > 1",
                    "| let rate = weight / (score - 1) | where rate:none | count",
                    "| let part = score / 3 | mean median p75 of part by club",
                    "| let product = score * weight * 2 | sort -product | take 3",
                    "| let half = (effective - date) / 2 | where half > 30 days",
                    "| let lag = effective - date | let more = lag * weight | where more <= 60 days | count",
                    "| let due = date + 2 * 6 months | where due after 2005",
                ];
                self.random.of(&lets).to_owned()
            }
            3 => {
                let which = self.random.of(&["first", "last"]);
                let by = self.random.of(&["person", "club", "person, club", "action", "topic"]);
                let then = self.random.of(&["", "", " | count", " | count by year"]);
                let sort = self.random.of(&["", "", "| sort -score ", "| sort effective, title ", "| sort -date "]);
                format!("{sort}| {which} by {by}{then}")
            }
            _ => {
                let condition = self.filter(Of::Facts, 1);
                let condition = if condition.is_empty() { "admitted".to_owned() } else { condition };
                let by = self.random.of(&["", " by club", " by action", " by topic"]);
                if self.random.chance(50) {
                    let then = self.random.of(&["", "", "", " | where share = 0", " | where share > 33.3"]);
                    format!("| share of ({condition}){by}{then}")
                } else {
                    format!("| count by ({condition})")
                }
            }
        }
    }

    /// A question about every version of facts, which each of them alone decides.
    pub fn history(&mut self) -> String {
        let mut text = self.random.of(&ACTIONS).to_owned();
        match self.random.below(5) {
            0 => push(&mut text, self.random.of(&TESTS)),
            1 => push(&mut text, self.random.of(&TEXTS)),
            2 => push(&mut text, self.random.of(&GROUPS)),
            _ => {
                let relation = self.relation();
                push(&mut text, &format!("{relation} {}", self.random.of(&PERIODS)));
            }
        }
        text
    }

    fn cut(&mut self) -> String {
        let sort = self.random.of(&[
            "",
            "| sort -date",
            "| sort -score, date",
            "| sort effective",
            "| sort person, -effective.year",
            "| sort title",
            "| sort -club.founded",
            "| sort topic, -weight",
            "| sort club.founded.computed, -effective.computed",
        ]);
        let cut = self.random.of(&["", "| take 1", "| take 3", "| skip 1", "| skip 1 | take 2", "| take 4 | skip 2"]);
        format!("{sort} {cut}").trim().to_owned()
    }

    pub fn entity_stages(&mut self, series: bool, status: bool) -> String {
        if series {
            let stages = [
                "| count",
                "| count by as-of",
                "| where size >= 3 | count by as-of",
                "| count by as-of, region",
                "| count by as-of.year",
                "| where in:league",
                "| where in:league | count",
                "| show as-of, name, size",
                "| sort -as-of, size | take 3",
                "| distinct as-of",
                "| share of (size>=3) by as-of",
                "| pivot region x as-of",
            ];
            return self.random.of(&stages).to_owned();
        }
        if self.random.chance(20) {
            let summaries = [
                "| min max of size",
                "| median of founded by region",
                "| sum of size by patron",
                "| pivot region x patron",
                "| pivot patron x size",
                "| max of from",
                "| min max of founded",
                "| median of founded.computed",
            ];
            return self.random.of(&summaries).to_owned();
        }
        if status && self.random.chance(40) {
            return self.random.of(&["| show name, since, by", "| sort since", "| sort -since | take 1"]).to_owned();
        }
        if self.random.chance(10) {
            return self
                .random
                .of(&["| show name, enrolled", "| show candidate, name", "| show id, leaving, enrolled"])
                .to_owned();
        }
        let share = ["| share of (size>=3)", "| share of (in:league) by region", "| count by (enrolled:*)"];
        let tables = [
            "| count",
            "| count by region",
            "| sort -size | take 2",
            "| sort founded",
            "| show name, size",
            "| take 2",
            "| where size >= 3",
            "| count by patron",
            "| skip 1",
            "| show name, founded, founded.computed, founded.stated",
            "| sort -founded.computed | take 3",
            "| count by founded.year, founded.basis",
            "| let gap = founded - founded.computed | where gap >= 0 days",
            "| where founded = founded.computed",
        ];
        if self.random.chance(20) {
            return self.random.of(&share).to_owned();
        }
        self.random.of(&tables).to_owned()
    }
}
