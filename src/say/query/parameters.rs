//! `$parameters`.

use super::Wording;
use super::values::with_article;
use crate::plan::ParameterProblem;
use crate::say::list;

pub(super) fn wording(problem: &ParameterProblem) -> Wording {
    match problem {
        ParameterProblem::Missing { name, example, given } => {
            let given = if given.is_empty() { String::new() } else { format!("; given: {}", dollar_list(given)) };
            Wording::new(format!("the parameter `${name}` has no value"))
                .with(format!("give it a value: {name}={example} (`--param` on the command line){given}"))
        }
        ParameterProblem::NestedList { name } => Wording::new(format!("`${name}` is a list within a list")),
        ParameterProblem::List { name } => {
            Wording::new(format!("`${name}` is a list, and a single value is needed here"))
                .with(format!("a list can only follow a field: `field:${name}`"))
        }
        ParameterProblem::NotADate { name, holds } => {
            let holds = holds.map_or("a list", with_article);
            Wording::new(format!("`${name}` is {holds}, and a date is needed here"))
        }
        ParameterProblem::NotItsOwnDate { name } => {
            Wording::new(format!("the date of `${name}` depends on a parameter or on other facts"))
        }
        ParameterProblem::Unused { names, asked } => {
            let help = if asked.is_empty() {
                "the query has no parameters".to_owned()
            } else {
                format!("the query asks for: {}", dollar_list(asked))
            };
            Wording::new(format!("{} given and not used", dollar_list(names))).with(help)
        }
    }
}

fn dollar_list(names: &[String]) -> String {
    list::code(&names.iter().map(|name| format!("${name}")).collect::<Vec<_>>())
}
