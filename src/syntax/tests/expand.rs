//! What calls become, and what is said of wrong ones.

use std::fmt::Write as _;

use crate::syntax::tree::Statement;
use crate::syntax::{
    DefinitionExcerpt, DefinitionPlace, DefinitionProblem, DefinitionSignature, DefinitionSource, Definitions,
    Diagnostic, ExceededLimit, Span, StrayText, SyntaxProblem, WholeQueryPart, parameters_of, parse_query,
    parse_script, print_query,
};

/// Defines what a file defines; says what is wrong with it.
fn define(text: &str) -> (Definitions, Vec<Diagnostic>) {
    let parsed = parse_script(text);
    let script = parsed.tree.unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics));
    let (mut definitions, mut wrong) = (Definitions::new(), Vec::new());
    for statement in &script.statements {
        let Statement::Let { name, parameters, query } = &statement.value else { panic!("{text}") };
        let written = DefinitionSource { file: "a.tq", text };
        wrong.extend(definitions.define(name, parameters, query, written).err().unwrap_or_default());
    }
    (definitions, wrong)
}

/// A line of the file in which everything is defined.
fn in_line(line: usize) -> DefinitionPlace {
    DefinitionPlace::File { name: "a.tq".to_owned(), line }
}

const FILE: &str = "let recent = (resigned or left) since 2020\n\
    let of($who) = recent() person:$who\n\
    let sofar($day, $who) = since $day of($who) seats>=$least\n\
    let top($n) = resigned session>=$n | sort -date | take 3\n\
    let then = member:club as of 2020\n\
    let long = periods member:club\n";

fn expanded(file: &str, query: &str) -> Result<String, Vec<Diagnostic>> {
    let tree = parse_query(query).tree.unwrap_or_else(|| panic!("{query}"));
    define(file).0.expand(query, &tree).map(|expanded| print_query(&expanded.query))
}

#[test]
fn a_call_is_its_definition_in_parentheses_with_values_in_place() {
    for (query, becomes) in [
        ("recent()", "(resigned or left) since 2020"),
        ("of(\"ada\") -recent()", "(((resigned or left) since 2020) person:\"ada\") -((resigned or left) since 2020)"),
        ("x:(of(a) | show object)", "x:(((resigned or left) since 2020) person:a | show object)"),
        ("sofar(\"last month\", $w)", "since last month (((resigned or left) since 2020) person:$w) seats>=$least"),
        ("sofar(2019..2020-06, a)", "since 2019..2020-06 (((resigned or left) since 2020) person:a) seats>=$least"),
        ("top(70)", "resigned session>=70 | sort -date | take 3"),
        ("top(70) as of 2021 | count", "resigned session>=70 as of 2021 | sort -date | take 3 | count"),
        ("then() | count", "member:club as of 2020 | count"),
        ("then() as of 2021", "(member:club as of 2020) as of 2021"),
        ("lands then()", "lands (member:club as of 2020)"),
        ("long() | sort -length", "periods member:club | sort -length"),
        (
            "a with {recent()} | where recent()",
            "a with {(resigned or left) since 2020} | where (resigned or left) since 2020",
        ),
    ] {
        assert_eq!(expanded(FILE, query).as_deref(), Ok(becomes), "{query}");
    }
}

#[test]
fn names_mean_what_they_meant_where_they_were_written() {
    // `$day` of `outer` is not that of `inner`, which nobody gave a value yet.
    let file = "let inner = since $day\nlet outer($day) = inner() in:$day\n";
    assert_eq!(expanded(file, "outer(2020)").as_deref(), Ok("since $day in:2020"));
    let (mut definitions, _) = define("let a = x\nlet b = a()\n");
    definitions.forget("a");
    assert_eq!(print_query(&definitions.expand("b()", &parse_query("b()").tree.unwrap()).unwrap().query), "x");
    let query = parse_query("a:$x after $y | diff as of $z..").tree.unwrap();
    assert_eq!(parameters_of(&query).into_iter().collect::<Vec<_>>(), ["x", "y", "z"]);
}

#[test]
fn a_text_may_be_indented_as_a_whole() {
    let text = "\n    let a = x\n        y # why\n    # not this\n    let b($c) =\n        z:$c\n    a() | count\n";
    let definitions = Definitions::parse(text).unwrap();
    assert_eq!(definitions.get("a").unwrap().text().split_whitespace().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(definitions.get("b").unwrap().signature(), "b($c)");
    assert_eq!(
        crate::syntax::format_script(text).unwrap(),
        "let a = x y # why\n# not this\nlet b($c) = z:$c\na() | count\n"
    );
    assert_eq!(Definitions::parse("let a = b()").unwrap_err().len(), 1);
}

#[test]
fn wrong_definitions_are_told_where_they_stand() {
    let text = |text: &str| text.to_owned();
    let signature = |signature: &str| DefinitionSignature { signature: signature.to_owned(), place: in_line(1) };
    let not_condition = |reason| DefinitionProblem::NotCondition { name: "a".to_owned(), reason };
    let (place, similar) = (in_line(1), None);
    for (file, at, problem) in [
        ("let a = x\nlet A = y", "A", DefinitionProblem::Redefined { name: text("a"), place }),
        ("let on = x", "on", DefinitionProblem::NameIsKeyword { name: text("on") }),
        ("let a = x a()", "a", DefinitionProblem::Recursive { name: text("a") }),
        ("let a = b()", "b", DefinitionProblem::UnknownName { name: text("b"), similar: similar.clone() }),
        (
            "let thin($r) = x:$r\nlet b = thni(1)",
            "thni",
            DefinitionProblem::UnknownName { name: text("thni"), similar: Some(text("thin($r)")) },
        ),
        ("let a($x) = y", "x", DefinitionProblem::UnusedParameter { name: text("x"), similar }),
        (
            "let a($region) = x:$regoin",
            "region",
            DefinitionProblem::UnusedParameter { name: text("region"), similar: Some(text("regoin")) },
        ),
        ("let a($x, $x) = y:$x", "x", DefinitionProblem::RepeatedParameter { name: text("x") }),
        (
            "let a($x) = y:$x\nlet b = a()",
            "a()",
            DefinitionProblem::ArgumentCount { name: text("a"), expected: 1, given: 0, definition: signature("a($x)") },
        ),
        ("let a = x | count\nlet b = c a()", "a()", not_condition(WholeQueryPart::Stages)),
        ("let a = x known #1\nlet b = -a()", "a()", not_condition(WholeQueryPart::Known)),
        (
            "let a = x as of 2020 | count\nlet b = a() as of 2021",
            "2021",
            DefinitionProblem::RepeatedClause { name: text("a"), clause: "as of" },
        ),
        (
            "let a($d) = after $d\nlet b = a(6 months)",
            "6 months",
            DefinitionProblem::ArgumentNotDate { parameter: text("d"), definition: signature("a($d)") },
        ),
    ] {
        let wrong = define(file).1;
        assert_eq!(wrong.len(), 1, "{file}: {wrong:?}");
        assert_eq!((&file[wrong[0].span.range()], &wrong[0].problem), (at, &problem.into()), "{file}");
    }
}

#[test]
fn what_is_wrong_in_a_definition_is_told_at_the_call_and_names_it() {
    let (definitions, wrong) = define("let inner($x) = colour:red person:$x\n\nlet outer = x inner(\"ada\")\n");
    assert_eq!(wrong, []);
    let text = "a or outer()";
    let expanded = definitions.expand(text, &parse_query(text).tree.unwrap()).unwrap();
    let place = expanded.text.find("colour").unwrap();
    let wrong_at = |start, end| Diagnostic::<SyntaxProblem>::error(Span::new(start, end), StrayText::Comma);
    let told = expanded.at_call(wrong_at(place, place + 6));
    assert_eq!(&text[told.span.range()], "outer()");
    let within = |name: &str, line: usize, text: &str| DefinitionExcerpt {
        name: name.to_owned(),
        place: in_line(line),
        text: text.to_owned(),
    };
    assert_eq!(told.within, Some(within("inner", 1, "colour")));
    assert_eq!(&text[expanded.at_call(wrong_at(0, 1)).span.range()], "a");
    // The text has the values of the call, and what stands behind them is found there all the same.
    let (definitions, _) = define("let of($x, $d) = person:$x since $d colour:red\n");
    let text = "of(grace, \"May 2020\")";
    let expanded = definitions.expand(text, &parse_query(text).tree.unwrap()).unwrap();
    assert!(expanded.text.ends_with("\n(person:grace since May 2020 colour:red)"), "{}", expanded.text);
    let crate::syntax::tree::Condition::And(items) = expanded.query.filter.unwrap().value else { panic!() };
    assert_eq!(items.last().map(|item| &expanded.text[item.span.range()]), Some("colour:red"));
    let (definitions, _) = define("let inner($x) = colour:red person:$x\n\nlet outer = x inner(\"ada\")\n");
    let text = "a or outer()";
    let expanded = definitions.expand(text, &parse_query(text).tree.unwrap()).unwrap();
    // A value of the call keeps its own place; one written in a definition is the definition's.
    let ada = expanded.text.find("\"ada\"").unwrap();
    assert_eq!(expanded.at_call(wrong_at(ada, ada + 5)).within, Some(within("outer", 3, "\"ada\"")));
}

#[test]
fn definitions_that_grow_without_end_are_refused_in_time() {
    let start = std::time::Instant::now();
    let mut file = "let a0($x) = y:$x z:$x\n".to_owned();
    for n in 1..40 {
        writeln!(file, "let a{n}($x) = a{m}($x) a{m}($x)", m = n - 1).unwrap();
    }
    let (definitions, wrong) = define(&file);
    let too_large = DefinitionProblem::ExpansionTooLarge { most_bytes: 256 * 1024, most_levels: 80 };
    assert_eq!(wrong[0].problem, too_large.clone().into());
    let long = format!("a10(x:{})", "9".repeat(60_000)).replace("x:", "");
    let tree = parse_query(&long).tree.unwrap();
    let wrong = definitions.expand(&long, &tree).unwrap_err();
    assert_eq!(wrong[0].problem, too_large.into());
    let mut file = "let a0 = x\n".to_owned();
    for n in 1..200 {
        writeln!(file, "let a{n} = y (z or a{m}())", m = n - 1).unwrap();
    }
    assert_eq!(define(&file).1[0].problem, ExceededLimit::Depth { most: 80 }.into());
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
