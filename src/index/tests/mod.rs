//! The index against a list of facts: whatever is put in by any way, every
//! answer is that of the list.

mod damage;
mod laws;
mod naive;

use std::sync::Arc;

use crate::model::{Fact, Schema, Vocabulary};

use super::{CommitInfo, Index, IndexOptions, JournalPosition, Mutation};

/// A world of votes; the later vocabulary has one more field.
fn schema(later: bool) -> Arc<Schema> {
    let text = r#"
        [world]
        name = "votes"
        [fields]
        session = { type = "integer" }
        share = { type = "number" }
        adopted = { type = "date" }
        topic = { type = "keyword" }
        remark = { type = "text" }
        mover = { type = "reference", open = true }
        "source.page" = { type = "integer" }
        [nouns]
        members = { singular = "member", kinds = ["state"], role = "subject" }
        [actions]
        voted-yes = { label = "yes" }
        voted-no = { label = "no" }"#;
    let mut vocabulary = Vocabulary::from_toml(text).unwrap();
    if later {
        let late = Vocabulary::from_toml("[world]\nname = ''\n[fields]\nlate = { type = 'keyword' }").unwrap();
        vocabulary.fields.extend(late.fields);
    }
    Arc::new(Schema::new(vocabulary, &["and"]).unwrap())
}

fn options() -> IndexOptions {
    IndexOptions { cache: 1 << 16, most: 24 }
}

fn commit(transaction: u64) -> CommitInfo {
    let time = i64::try_from(transaction).unwrap() * 1000;
    CommitInfo { transaction, time, author: format!("author {}", transaction % 3) }
}

fn applied(transaction: u64) -> JournalPosition {
    JournalPosition { transaction, line: transaction * 10, chain: [u8::try_from(transaction % 256).unwrap(); 32] }
}

fn change(fact: Fact) -> Mutation {
    Mutation::Fact { hash: fact.content_hash(), fact }
}

fn open(directory: &std::path::Path) -> Result<Index, super::IndexError> {
    Index::open(directory, &["and"], options())
}
