//! Any text is a date or an error; a date lies between its bounds and is kept
//! as written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tractat::Date;

fuzz_target!(|text: &str| {
    if let Ok(date) = Date::parse(text) {
        assert!(date.earliest() <= date.latest(), "{text}");
        assert_eq!(date.written(), text);
    }
});
