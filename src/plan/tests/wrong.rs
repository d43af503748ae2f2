//! Wrong queries as data: what kind of problem they have, and how many are
//! told. `messages` has what is said of them.

use super::world::World;
use crate::plan::{Parameter, ProblemKind};

fn kinds(world: &World, text: &str) -> Vec<ProblemKind> {
    world.check(text).unwrap_err().iter().map(|diagnostic| diagnostic.problem.kind()).collect()
}

#[test]
fn the_kind_of_a_problem_has_the_word_that_is_wrong_and_what_it_may_mean() {
    let world = World::new();
    let similar = |word: &str| Some(word.to_owned());
    let name = |name: &str| name.to_owned();
    for (text, kind) in [
        ("lefd after 2025", ProblemKind::UnknownWord { word: name("lefd"), similar: similar("left") }),
        ("lands zeppelin", ProblemKind::UnknownWord { word: name("zeppelin"), similar: None }),
        ("vennue:x", ProblemKind::UnknownField { name: name("vennue"), similar: similar("venue") }),
        ("colour:red", ProblemKind::UnknownField { name: name("colour"), similar: None }),
        ("land:albo", ProblemKind::UnknownName { name: name("albo"), similar: similar("alba") }),
        ("region:coats", ProblemKind::UnknownName { name: name("coats"), similar: similar("coast") }),
        ("recent(\"x\") left", ProblemKind::UnknownQuery { name: name("recent") }),
        (
            "twin left",
            ProblemKind::AmbiguousName { name: name("twin"), ids: vec![name("crab-pact"), name("storm-pact")] },
        ),
        ("session:many", ProblemKind::WrongType { field: name("session") }),
        ("pact:alba", ProblemKind::WrongType { field: name("pact") }),
        ("left in 2025-13", ProblemKind::WrongDate { written: Some(name("2025-13")) }),
        ("left 2022..2019", ProblemKind::WrongDate { written: None }),
        ("land:$who", ProblemKind::MissingParameter { name: name("who") }),
        ("signed left", ProblemKind::Contradiction),
        ("lands left", ProblemKind::Unsupported),
    ] {
        assert_eq!(kinds(&world, text), [kind], "{text}");
    }
}

#[test]
fn a_parameter_must_be_asked_for_and_must_fit() {
    let world = World::new().with("n", Parameter::from(3));
    let kinds = |text: &str| kinds(&world, text);
    assert_eq!(kinds("left"), [ProblemKind::UnusedParameters { names: vec!["n".to_owned()] }]);
    assert_eq!(kinds("land:$n"), [ProblemKind::WrongType { field: "land".to_owned() }]);
    assert_eq!(kinds("since $n"), [ProblemKind::WrongType { field: "$n".to_owned() }]);
    assert_eq!(kinds("session:$m"), [ProblemKind::MissingParameter { name: "m".to_owned() }]);
    assert!(world.check("session:$n").is_ok());
}

#[test]
fn queries_that_mean_what_they_say_have_no_warnings() {
    let world = World::new();
    for text in ["entered -signed", "-left", "left member:crab-pact", "signed without {left}", "zeppelin left \"lefd\""]
    {
        assert!(world.check(text).unwrap().hints.is_empty(), "{text}");
    }
}

#[test]
fn of_near_forms_the_action_s_own_name_goes_first() {
    let world = World::new();
    let forms = crate::plan::suggest::action_forms(world.context().schema);
    assert_eq!(forms[..4], ["joined", "left", "signed", "entered"]);
    assert!(forms.contains(&"act of joining"));
}

#[test]
fn a_field_before_a_mistyped_relation_is_not_told_of() {
    let told = World::new().check("left effective aftre 2025-06-30").unwrap_err();
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[test]
fn several_errors_are_told_at_once() {
    let diagnostics = World::new().check("colour:red land:albo on 2025 known 2025..").unwrap_err();
    assert_eq!(diagnostics.len(), 4, "{diagnostics:#?}");
}
