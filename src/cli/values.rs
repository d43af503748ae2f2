//! Values that come as arguments: days and parameters, typed by how they look.

use tractat::model::{Date, Day, Extent, Precision};
use tractat::store::Parameter;

/// A whole day: `2025-06-27`.
pub fn parse_day(text: &str) -> Result<Day, String> {
    let date = Date::parse(text).map_err(|error| error.to_string())?;
    match (date.precision(), date.extent()) {
        (Precision::Day, Extent::Point(window)) => Ok(window.first),
        _ => Err(format!("`{text}` is not one day; write it like 2025-06-27")),
    }
}

/// `name=value`, the value typed by how it looks: a whole number, a number, a
/// date, a list between commas, else a text. In quotes it is always a text.
pub fn parse_parameter(text: &str) -> Result<(String, Parameter), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let name = name.trim().trim_start_matches('$');
    if name.is_empty() {
        return Err("there is no name before the `=`".to_owned());
    }
    Ok((name.to_owned(), parse_value(value)))
}

/// The value of a parameter, typed by how it looks.
pub fn parse_value(text: &str) -> Parameter {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        if !inner.contains('"') {
            return Parameter::Text(inner.to_owned());
        }
    }
    let parts = split_list(text);
    if parts.len() > 1 {
        return Parameter::List(parts.into_iter().map(parse_value).collect());
    }
    if let Ok(integer) = text.parse() {
        return Parameter::Integer(integer);
    }
    // `inf` and `nan` are names before they are numbers.
    if text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'))
        && let Ok(number) = text.parse()
    {
        return Parameter::Number(number);
    }
    if Date::parse(text).is_ok() { Parameter::Date(text.to_owned()) } else { Parameter::Text(text.to_owned()) }
}

/// The parts between commas that stand in neither quotes nor brackets.
fn split_list(text: &str) -> Vec<&str> {
    let (mut quoted, mut depth) = (false, 0_u32);
    text.split(move |character| {
        match character {
            '"' => quoted = !quoted,
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && !quoted && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_typed_by_how_it_looks() {
        let text = |text: &str| Parameter::Text(text.to_owned());
        for (written, expected) in [
            ("70", Parameter::Integer(70)),
            ("-1.5", Parameter::Number(-1.5)),
            ("2025-06-27", Parameter::Date("2025-06-27".to_owned())),
            ("[2025-06-29..]", Parameter::Date("[2025-06-29..]".to_owned())),
            ("baltic", text("baltic")),
            ("nan", text("nan")),
            ("\"70\"", text("70")),
            ("\"a, b\"", text("a, b")),
            ("a, 2", Parameter::List(vec![text("a"), Parameter::Integer(2)])),
            ("", text("")),
        ] {
            assert_eq!(parse_parameter(&format!("$x={written}")), Ok(("x".to_owned(), expected)), "{written}");
        }
        assert!(parse_parameter("x").is_err() && parse_parameter("=1").is_err());
    }

    #[test]
    fn a_day_is_one_day() {
        assert_eq!(parse_day("2025-06-27").unwrap().to_string(), "2025-06-27");
        for wrong in ["2025-06", "2025", "2025-02-30", "today", "2025-01-01/2025-01-02"] {
            assert!(parse_day(wrong).is_err(), "{wrong}");
        }
    }
}
