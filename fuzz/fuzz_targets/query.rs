//! Any text is a query or an error with a place; what is printed of a query is
//! the same query; colouring takes any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tractat::syntax::{format_script, highlight, parse_query, print_query};

fuzz_target!(|text: &str| {
    let parsed = parse_query(text);
    for diagnostic in &parsed.diagnostics {
        let _ = diagnostic.render(text);
    }
    if let Some(tree) = parsed.tree {
        let printed = print_query(&tree);
        assert_eq!(parse_query(&printed).tree.as_ref(), Some(&tree), "{printed}");
    }
    let _ = highlight(text);
    if let Ok(formatted) = format_script(text) {
        assert_eq!(format_script(&formatted).as_ref(), Ok(&formatted));
    }
});
