//! Any bytes are records or errors with a line; what is read of a fact is
//! canonical when written.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tractat::Fact;
use tractat::exchange::{Content, Input, InputFormat, Mapping, ReadOptions, Records};
use tractat::model::Schema;

fuzz_target!(|bytes: &[u8]| {
    let schema = Schema::default();
    for format in [InputFormat::JsonLines, InputFormat::Csv] {
        let options = ReadOptions { format: Some(format), mapping: Mapping::default(), schema: &schema };
        let Ok(input) = Input::from_reader("fuzz", Cursor::new(bytes.to_vec())) else { return };
        let Ok(records) = Records::new(input, &options) else { continue };
        for record in records.flatten() {
            if let Content::Fact(fact) = record.content {
                let canonical = fact.canonical();
                let again: Fact = serde_json::from_slice(&canonical.json).expect("what was written is read");
                assert_eq!(again.canonical(), canonical);
            }
        }
    }
});
