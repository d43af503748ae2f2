use super::world::World;
use crate::plan::Parameter;
use crate::syntax::Severity;

/// Each wrong query, the part of it that the error points at, a part of the
/// message and a part of the mend.
const ERRORS: &[(&str, &str, &str, &str)] = &[
    // Words.
    ("left efective in 2025", "efective", "no date field is called `efective`", "did you mean `effective`?"),
    ("lefd after 2025", "lefd", "no action, field or name", "did you mean `left`?"),
    ("title in 2025", "title", "is a text and not a date", "`effective`"),
    ("twin left", "twin", "the name of several", "`crab-pact` (Crab Pact), `storm-pact` (Pact on Storms)"),
    ("signed left", "signed left", "match nothing", "`action:signed,left`; both, one fact each: `signed with {left}`"),
    ("alba signed 2019..2020 left", "signed 2019..2020 left", "match nothing", "`action:signed,left`"),
    ("entered left", "entered left", "match nothing", "`entered with {left}`"),
    ("signed action:left", "signed action:left", "match nothing", "either of them"),
    ("left last month", "last month", "before the date `last month`", "`in last month`"),
    ("today left", "today", "before the date `today`", "`since today`"),
    ("\"—\"", "\"—\"", "no word", "letters"),
    ("left 2025", "2025", "before the date `2025`", "`in 2025`, `since 2025`"),
    ("left 1990s", "1990s", "before the date `1990s`", "`in 1990s`"),
    ("left june 2025", "june 2025", "before the date `june 2025`", "`in June 2025`"),
    ("left 27 June 2025", "27 June 2025", "before the date", "`in 27 June 2025`"),
    ("left 27 June", "27 June", "the year is missing", "`on 27 June 2025`"),
    ("left last yaer", "last yaer", "before the date", "`in last year`"),
    ("left next 90 dyas", "next 90 dyas", "before the date", "`in next 90 days`"),
    ("left befor 2025", "befor", "no word of the language", "did you mean `before`?"),
    ("left aftre 2025-06-30", "aftre", "no word of the language", "did you mean `after`?"),
    ("left wihtin 90 days of 2025", "wihtin", "no word of the language", "did you mean `within`?"),
    ("left during 2025", "during", "`during` is no word", "`in 2025`"),
    ("left between 2019 and 2022", "between 2019 and 2022", "`between` is no word", "`2019..2022`"),
    ("left from 2019 to 2022", "from 2019 to 2022", "`from` is no word", "`2019..2022`"),
    ("left later than 2020", "later than", "`later than` is no word", "`after 2020`"),
    ("left earlier than 2020", "earlier than", "`earlier than` is no word", "`before 2020`"),
    ("published after 2025", "published", "no date field is called `published`", "did you mean `source.published`?"),
    ("-efective since 2025", "efective", "no date field is called `efective`", "did you mean `effective`?"),
    ("left > 2020", "left", "is an action and no field", "`left after 2020`"),
    ("left<=2020-06", "left", "is an action and no field", "`left until 2020-06`"),
    ("left:alba", "left", "is an action and no field", "`left alba`"),
    ("left 2022..2019", "2022..2019", "before it starts", "`2019..2022`"),
    ("left in 2025-13", "2025-13", "there is no month 13", ""),
    ("left on 2025-02-30", "2025-02-30", "February 2025 has 28 days", ""),
    ("left on 30 February 2025", "30 February 2025", "the month has 28 days", "2025-02-28"),
    // References and groups.
    ("land:albo", "albo", "no entity is called `albo`", "did you mean `alba`?"),
    ("land:twin", "twin", "the name of several", "crab-pact"),
    ("land:crabs", "crabs", "no entity is called `crabs`", "names with it: `isle`"),
    ("land:old", "old", "no entity is called `old`", "names with it: `alba`"),
    ("pact:alba", "alba", "`alba` is a land (Alba), and `pact` names a pact", "`land:alba`"),
    ("land:coast", "coast", "is an area", "`region:coast` or `in:coast`"),
    ("region:mariners", "mariners", "is a club", "`club:mariners`"),
    ("region:alba", "alba", "is a land", "`land:alba`"),
    ("region:coats", "coats", "no group is called `coats`", "did you mean `coast`?"),
    ("in:zzz", "zzz", "no group is called `zzz`", "`mariners`"),
    ("in:alba", "alba", "takes groups", "`land:alba`"),
    ("region>coast", "region>coast", "has no order", "`region:…`"),
    // Fields.
    ("vennue:x", "vennue", "no field is called `vennue`", "did you mean `venue`?"),
    ("colour:red", "colour", "no field is called `colour`", "`[fields.colour]`"),
    ("colour:red", "colour", "no field is called `colour`", "fields: `action`"),
    ("published:2025", "published", "no field is called `published`", "did you mean `source.published`?"),
    ("left | where count > 2", "count", "no field is called `count`", "`| count by … | where count > 2`"),
    ("pact.colour:red", "colour", "has no field called `colour`", "`[fields.colour]`"),
    ("date.hour:3", "hour", "no part", "`date.year`"),
    ("title.x:3", "x", "nothing follows", ""),
    ("source.publsher:x", "source.publsher", "no field is called", "did you mean `source.publisher`?"),
    ("action:lefd", "lefd", "no action is called `lefd`", "did you mean `left`?"),
    ("action:zzzz", "zzzz", "no action is called", "`joined`, `left`, `signed`"),
    ("session:many", "many", "needs a number", "`session>=70`"),
    ("session:nan", "nan", "needs a number", ""),
    ("session:75..70", "75..70", "before it starts", ""),
    ("venue>x", "venue>x", "no order", "`venue:…`"),
    ("venue:/(/", "/(/", "no regular expression", "backslash"),
    ("venue>=none", "none", "no order", "`venue:none`"),
    ("date:soon", "soon", "is not a date", "`2025`"),
    ("date:06/27/2025", "06/27/2025", "is not a date", "`2025-06-27`"),
    ("date:20*", "20*", "no prefixes", "`date:2025`"),
    ("date.precision:eyar", "eyar", "needs a precision", "did you mean `year`?"),
    ("effective.year:25", "25", "needs a year", "`effective.year:2025`"),
    ("date.month:6", "6", "needs a month", "2025-06"),
    ("on 2025", "2025", "`on` needs one day", "`in`"),
    // Stages.
    ("| count by pact | sort land", "land", "the table has no column `land`", "columns: `pact`, `count`"),
    ("| count | sort cuont", "cuont", "no column `cuont`", "did you mean `count`?"),
    ("| sort colour", "colour", "no field is called `colour`", ""),
    ("| show date, date", "date", "two columns are called `date`", "as date_2"),
    ("| count by count", "count", "no field is called `count`", ""),
    ("| count by in", "in", "several groups of `in`", "`region`"),
    ("| count by club", "club", "several groups of `club`", "`region`"),
    ("left | sort relevance", "relevance", "needs words", "\"some words\""),
    ("| count | history", "history", "needs facts", "before that stage"),
    ("| count | where left", "left", "a bare word", "columns: `count`"),
    ("| count | where count:many", "many", "needs a number", "`count>=2`"),
    ("| count by land | where land in 2025", "land", "not a date", "land"),
    ("left as of [2025..]", "[2025..]", "no last day", "as of 2025"),
    // Nouns.
    ("lands left", "left", "`left` is an act, and the rows are lands", "`lands with {left}`"),
    ("lands -left", "left", "`left` is an act", "`lands without {left}`"),
    ("lands left after 2020", "left", "`left` is an act", "`lands with {left after 2020}`"),
    ("lands entered crab pact", "entered", "`entered` is an act", "`lands with {entered crab pact}`"),
    ("lands entered from storms after 2020 alba", "entered", "is an act", "`lands with {entered storms after 2020}`"),
    ("lands left coast", "left", "is an act", "`lands with {left}`"),
    ("lands that left", "that", "no land, group or status is called `that`", "leave them out"),
    ("lands members", "members", "no land, group or status", "did you mean `member:…`?"),
    ("lands periods", "periods", "no land, group or status", "`periods …`"),
    ("lands after 2020", "2020", "lands have no date of their own", "`lands with {after 2020}`"),
    ("lands after 2020", "2020", "lands have no date of their own", "`lands from after 2020`"),
    ("periods member:storms end:none", "end", "no field of lands is called `end`", "`… | where end …`"),
    ("periods member:storms end", "end", "called `end`", "`… | where end …`"),
    ("lands member:storms since 2020", "2020", "no date of their own", "`… | where since>=2020`"),
    ("periods member:storms before 2020", "2020", "no date of their own", "`… | where start<2020`"),
    ("lands date:2020", "date", "`date` is of facts", "`lands with {date:2020}`"),
    ("lands -tag:x", "tag", "`tag` is of facts", "`lands without {tag:x}`"),
    ("lands title:x", "title", "`title` is of facts", "`lands with {title:x}`"),
    ("lands source.publisher:x", "source.publisher", "is of facts", "`lands with {source.publisher:x}`"),
    ("lands sources>=2", "sources", "is of facts", "`lands with {sources>=2}`"),
    ("lands action:left", "action", "is of facts", "`lands with {action:left}`"),
    ("lands year:2020", "year", "is of facts", "`lands with {year:2020}`"),
    ("lands pact:crab-pact", "pact", "is of facts", "`member:…`"),
    ("lands effective in 2020", "effective", "no land has a field `effective`", "`lands with {effective in 2020}`"),
    ("lands \"arms race\"", "\"arms race\"", "texts are of facts", "`lands with {\"arms race\"}`"),
    ("lands crab pact", "crab pact", "is a pact (Crab Pact), and the rows are lands", "`member:crab-pact`"),
    ("lands crab pact", "crab pact", "the rows are lands", "`lands with {crab-pact}`"),
    ("lands albo", "albo", "no land, group or status is called `albo`", "did you mean `alba`?"),
    ("lands membr:crab-pact", "membr", "no field of lands is called `membr`", "did you mean `member`?"),
    ("lands memberr", "memberr", "no land, group or status", "did you mean `member:…`?"),
    ("lands qitted", "qitted", "no land, group or status", "did you mean `lands with {quitted}`?"),
    ("lands zeppelin", "zeppelin", "no land, group or status", "`member:…`"),
    ("lands zeppelin", "zeppelin", "no land, group or status", "`lands with {\"zeppelin\"}`"),
    ("lands storm", "storm", "no land, group or status", "names with it: `storm-pact`"),
    ("lands 2020", "2020", "before the date `2020`", "`as of 2020`"),
    ("lands regin:coast", "regin", "no field of lands", "did you mean `region`?"),
    ("lands lands", "lands", "the rows are lands already", "leave out"),
    ("lands pacts", "pacts", "the rows are lands already", "`member:(pacts …)`"),
    ("(lands member:crab-pact) or left", "lands", "stands first in a query", "`lands …`"),
    ("left with {lands alba}", "lands", "stands first in a query", "`land:…`"),
    ("lands id:crab-pact", "crab-pact", "is a pact", "`pact:crab-pact`"),
    ("lands with same pact {left}", "with same pact {left}", "share the land itself", "leave out"),
    // Statuses.
    ("left member", "member", "is a status", "`land.member:*`"),
    ("lands member of twin", "member", "is a status", "`member:*`"),
    ("lands member of storms", "member", "is a status", "`member:storms`"),
    ("lands member crab pact", "member", "is a status", "`member:crab-pact`"),
    ("pacts member:crab-pact", "crab-pact", "`member` of pacts takes lands", "`lands member:crab-pact`"),
    ("lands member:alba", "alba", "`member` of lands takes pacts", "`pacts member:alba`"),
    ("pacts member:coast", "coast", "takes lands", "`member:(lands in:coast)`"),
    ("left pact.member:crab-pact", "crab-pact", "takes lands", "`lands pact.member:crab-pact`"),
    ("lands pact.member:alba", "pact.member", "the other end", "write `member` alone"),
    ("lands member:crab", "crab", "no entity is called `crab`", "names with it: `crab-pact`"),
    ("lands member:crab-pakt", "crab-pakt", "no entity is called", "did you mean `crab-pact`?"),
    ("lands member:crab-treaty", "crab-treaty", "no entity is called", "names with a part of it: `crab-pact`"),
    ("lands member:twin", "twin", "the name of several", "`storm-pact`"),
    ("lands member:crab-pact,alba", "alba", "takes pacts", "`pacts member:alba`"),
    ("left member:crab-pact,alba", "alba", "takes pacts", ""),
    ("left member>=2", "member>=2", "must be said", "`land.member`"),
    ("left member:*", "member:*", "must be said", "`pacts …`"),
    ("lands member>=many", "many", "not a number", "`member>=2`"),
    ("lands member:3..2", "3..2", "before it starts", ""),
    ("lands member>=2.5", "2.5", "not a number", ""),
    ("lands member:(lands)", "(lands)", "the same end", "`member:(pacts …)`"),
    ("lands member:(left)", "(left)", "one column", "| show"),
    ("left using {sources>=2}", "using {sources>=2}", "no status stands beside it", "`member:… using {…}`"),
    ("periods", "periods", "those of one status", "`periods member:*`"),
    ("periods alba", "alba", "those of one status", "`periods member:…`"),
    ("periods member:crab-pact departing:crab-pact", "member:crab-pact departing:crab-pact", "of one status", ""),
    ("periods -member:crab-pact", "-member:crab-pact", "of one status", "outside of"),
    ("periods land.member>=2", "land.member>=2", "are of pairs", "`periods member:*`"),
    (
        "periods member:crab-pact as of each year 2000..2002",
        "periods member:crab-pact as of each year 2000..2002",
        "not of one day",
        "",
    ),
    // Days.
    ("left as of each year 2000..2002", "2000..2002", "needs a noun", "`lands … as of each year …`"),
    ("lands as of each year 2000..", "2000..", "begins and ends somewhere", "1970..2020"),
    ("lands as of each day 2000..2020", "2000..2020", "at most 4000 days", "longer step"),
    ("lands (member:crab-pact as of each year 2000..2002)", "2000..2002", "cannot stand here", "as of 2020"),
    ("lands (member:crab-pact as of 2000..)", "2000..", "no last day", "as of 2025"),
    ("lands as of {left}", "{left}", "the same for every row", "2025-06-27"),
    ("left known {signed}", "known {signed}", "the same for every row", "2025-06-27"),
    // Other facts and other queries.
    ("left within 90 days of {signed}..{joined}", "{signed}..{joined}", "no length of its own", "within 90 days"),
    ("left before ..{joined}", "..{joined}", "no such end", ""),
    ("left after {signed}.venue", "venue", "`venue` is no date of a fact", "`effective`"),
    ("left after {signed}.efective", "efective", "no date of a fact", "did you mean `effective`?"),
    ("left land:(signed | show land, pact)", "(signed | show land, pact)", "this one has 2", "`(signed | show land)`"),
    ("left land:(signed | count by pact)", "(signed | count by pact)", "this one has 2", "`(signed | show land)`"),
    ("left land:(signed known 2020)", "known 2020", "cannot stand in a query within another", "at the end"),
    ("left land:(lands as of each year 2000..2001)", "2000..2001", "of one day", "as of 2020"),
    ("left land:(pacts)", "(pacts)", "gives pacts", "`land:(lands …)`"),
    ("left in:(lands)", "(lands)", "none from a query", "`in:…`"),
    (
        "left region:(signed | show region)",
        "(signed | show region)",
        "none from a query",
        "`with same region {signed}`",
    ),
    ("left session>=(signed | show session)", "(signed | show session)", "no order", ""),
    ("left line:crab*", "crab*", "needs a name", "`line:name`"),
    ("left line:none", "none", "needs a name", "`line:name`"),
    ("left | show line", "line", "no value of a row", "`line:…`"),
    ("left | show member", "member", "is a status", "`member:…`"),
    ("effective.basis:computd", "computd", "whether a record states", "did you mean `computed`?"),
    ("recent(\"x\") left", "recent(\"x\")", "no query is called `recent`", "`let recent = …`"),
    // Parameters.
    ("land:$who", "$who", "the parameter `$who` has no value", "give it a value: who=… (`--param`"),
    ("since $d", "$d", "the parameter `$d` has no value", "give it a value: d=2025 (`--param`"),
];

#[test]
fn each_error_points_at_its_place_and_shows_the_mend() {
    let world = World::new();
    let mut wrong = Vec::new();
    for (text, place, message, help) in ERRORS {
        let Err(diagnostics) = world.check(text) else {
            wrong.push(format!("{text}: no error"));
            continue;
        };
        let first = &diagnostics[0];
        let found = &text[first.span.range()];
        let fits = first.severity == Severity::Error
            && found == *place
            && first.message().contains(message)
            && first.help().as_deref().unwrap_or_default().contains(help);
        if !fits {
            wrong.push(format!("{text}: at `{found}` {first:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_advice_is_itself_refused_as_not_there_yet() {
    let world = World::new();
    let mut queries: Vec<String> = ERRORS.iter().map(|(text, ..)| (*text).to_owned()).collect();
    queries.extend(["left without {signed}", "left known #3 with {zzz}"].map(str::to_owned));
    for text in queries {
        let Some(tree) = crate::syntax::parse_query(&text).tree else { continue };
        for diagnostic in crate::plan::check(&tree, &world.context()).err().unwrap_or_default() {
            let help = diagnostic.help().unwrap_or_default();
            for advice in help.split('`').skip(1).step_by(2).filter(|advice| !advice.contains('…')) {
                let Some(tree) = crate::syntax::parse_query(advice).tree else { continue };
                let again = crate::plan::check(&tree, &world.context()).err().unwrap_or_default();
                let refused = again.iter().any(|wrong| wrong.message().contains("not there yet"));
                assert!(!refused, "{text}: {advice}");
            }
        }
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

#[test]
fn a_parameter_must_be_asked_for_and_must_fit() {
    let world = World::new().with("n", Parameter::Number(3.0));
    let message = |text: &str| world.check(text).unwrap_err().remove(0).message();
    assert_eq!(message("left"), "`$n` given and not used");
    assert!(message("land:$n").contains("needs a name"));
    assert!(message("since $n").contains("is a number, and a date must stand here"));
    let help = world.check("session:$m").unwrap_err().remove(0).help();
    assert!(help.is_some_and(|help| help.ends_with("; given: `$n`")));
    assert!(world.check("session:$n").is_ok());
}
