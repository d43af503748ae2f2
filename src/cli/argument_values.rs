//! Values that come as arguments: days and parameters, as their author wrote them.

use tractat::Parameter;
use tractat::model::{Date, Day, Extent, Precision};

/// A whole day: `2025-06-27`.
pub fn parse_day(text: &str) -> Result<Day, String> {
    let date = Date::parse(text).map_err(|error| error.to_string())?;
    match (date.precision(), date.extent()) {
        (Precision::Day, Extent::Point(window)) => Ok(window.first),
        _ => Err(format!("`{text}` is not a day; write it as 2025-06-27")),
    }
}

/// `name=value`, the value a text, or a list of texts between commas. Where a
/// number or a date must stand, the query reads it as one.
pub fn parse_parameter(text: &str) -> Result<(String, Parameter), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let name = name.trim().trim_start_matches('$');
    if name.is_empty() {
        return Err("the name before `=` is missing".to_owned());
    }
    Ok((name.to_owned(), parse_value(value)))
}

fn parse_value(text: &str) -> Parameter {
    let parts = split_list(text);
    if parts.len() > 1 {
        return Parameter::List(parts.into_iter().map(parse_value).collect());
    }
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Parameter::Text(inner.unwrap_or(text).to_owned())
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
    fn a_parameter_is_a_text_or_a_list_between_commas() {
        let text = |text: &str| Parameter::Text(text.to_owned());
        for (written, expected) in [
            ("70", text("70")),
            ("[2025-06-29..2025-07,2026]", text("[2025-06-29..2025-07,2026]")),
            (" baltic ", text("baltic")),
            ("\"a, b\"", text("a, b")),
            ("a, \"b, c\"", Parameter::List(vec![text("a"), text("b, c")])),
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
