//! The store, the language and the program, tested from outside.

mod answers;
mod api;
mod cli;
mod collection;
mod corroborate;
mod corroborated_databases;
mod corroboration_law;
mod coverage;
mod crash;
mod damage;
mod data;
mod diagnostics;
mod editor;
mod entry;
mod examples;
mod format;
#[cfg(target_os = "linux")]
mod full_disk;
mod golden;
mod import_circles;
mod import_losses;
mod import_messages;
mod imports;
mod input;
mod laws;
mod layers;
mod literals;
mod manual;
mod mappings;
mod message_readers;
mod mistakes;
mod model_messages;
mod names;
mod numbers;
mod open_names;
mod questions;
#[path = "../../src/judge/law/random.rs"]
#[expect(dead_code, reason = "the law of full scans needs more of it")]
mod random;
mod readme;
mod records_of_known_ids;
mod robust;
mod session;
mod spellings;
mod suggestions;
mod threads;
mod transcripts;
mod type_names;
mod typos;
mod umbrellas;
mod undo;
mod vocabulary;
