//! What stages give is what loops over facts give.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::*;
use crate::exec::testing::{any_filter, any_world};

fn named(cell: &Cell) -> String {
    canonical(&cell.to_string()).into_owned()
}

/// The tags of a fact, each once, and a missing one if it has none.
fn tags(fact: &Fact) -> BTreeSet<String> {
    let tags: BTreeSet<String> = fact.tags.iter().map(|tag| canonical(tag).into_owned()).collect();
    if tags.is_empty() { BTreeSet::from([String::new()]) } else { tags }
}

/// Every day of a date, if it has bounds: at most a few hundred years.
fn bounds(date: &Date) -> (Day, Day) {
    (date.earliest(), date.latest())
}

/// What digits in JSON stand for, in quotes or not.
fn rational(written: &str) -> BigRational {
    let digits = written.trim_matches('"');
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let numerator = format!("{whole}{decimals}").parse().unwrap();
    BigRational::new(numerator, BigInt::from(10).pow(u32::try_from(decimals.len()).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn shares_are_counts_of_those_that_definitely_pass(world in any_world(40)) {
        let mut naive: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for fact in live(&world) {
            for tag in tags(&fact) {
                let (some, all) = naive.entry(tag).or_default();
                *all += 1;
                *some += i64::from(truth_of(&fact).is_definite());
            }
        }
        let stage = share_of(condition(), vec![column("tags", field("tags"))]);
        let found = rows(ask(&world, vec![stage])).unwrap();
        prop_assert_eq!(found.len(), naive.len());
        let mut last = f64::INFINITY;
        for row in &found {
            let [key, Cell::Integer(some), Cell::Integer(all), Cell::Fraction(share)] = row.cells() else { panic!("{row:?}") };
            prop_assert_eq!(naive.get(&named(key)), Some(&(*some, *all)));
            #[expect(clippy::cast_precision_loss, reason = "few")]
            let percent = *some as f64 * 100.0 / *all as f64;
            prop_assert!((percent - share.value()).abs() <= 1e-9 && share.value() <= last);
            last = share.value();
        }
    }

    #[test]
    fn a_condition_as_a_key_has_the_truth_of_its_filter(world in any_world(30), filter in any_filter()) {
        let view = MemoryView::build(&world);
        let show = show_columns(vec![column("id", field("id")), column("c", RowValue::Condition(Arc::new(filter.clone())))]);
        let found = table(run(query(Filter::All, vec![show]), view.clone(), Cancel::new()).unwrap());
        let found: BTreeSet<String> = found.into_iter().collect();
        let passing = |filter| run(query(filter, vec![]), view.clone(), Cancel::new()).unwrap();
        let definite = set(passing(filter.clone()));
        let possible = set(passing(Filter::Maybe(Box::new(filter.clone()))));
        let not = set(passing(Filter::Not(Box::new(filter))));
        for fact in live(&world) {
            let id = fact.id.unwrap();
            let word = match (definite.contains(&id), possible.contains(&id), not.contains(&id)) {
                (true, ..) => "yes",
                (_, true, _) => "possible",
                (.., true) => "no",
                _ => "unknown",
            };
            prop_assert!(found.contains(&format!("{id}|{word}")), "{} {} {:?}", id, word, found);
        }
    }

    #[test]
    fn a_pivot_has_the_counts_of_both_keys(world in any_world(40), tagged: bool) {
        let across = if tagged { column("tags", field("tags")) } else { column("action", field("action")) };
        let by = vec![year(), across.clone()];
        let counted = rows(ask(&world, vec![count_by(None, by)])).unwrap();
        let mut naive: BTreeMap<(String, String), String> = BTreeMap::new();
        for row in &counted {
            let [year, other, count] = row.cells() else { panic!("{row:?}") };
            let other = if other.is_missing() { "none".to_owned() } else { other.label() };
            naive.insert((year.label(), other), count.label());
        }
        let totals = rows(ask(&world, vec![count_by(None, vec![year()])])).unwrap();
        let totals: Vec<String> = totals.iter().map(|row| format!("{}|{}", row.cells()[0].label(), row.cells()[1].label())).collect();
        let answer = ask(&world, vec![pivot_of(year(), across)]);
        let headings = names(&answer);
        let found = rows(answer).unwrap();
        let ends: Vec<String> = found.iter().map(|row| format!("{}|{}", row.cells()[0].label(), row.cells().last().unwrap().label())).collect();
        prop_assert_eq!(ends, totals);
        let mut seen = 0;
        for row in &found {
            for (heading, cell) in headings.iter().zip(row.cells()).take(headings.len() - 1).skip(1) {
                let key = (row.cells()[0].label(), heading.clone());
                let wanted = naive.get(&key).cloned().unwrap_or_else(|| "0".to_owned());
                seen += usize::from(naive.contains_key(&key));
                prop_assert_eq!(cell.label(), wanted);
            }
        }
        prop_assert_eq!(seen, naive.len());
    }

    #[test]
    fn summaries_are_those_of_all_least_and_of_all_greatest_days(world in any_world(40)) {
        let mut naive: BTreeMap<String, Vec<(Day, Day)>> = BTreeMap::new();
        for fact in live(&world) {
            let held = naive.entry(fact.action.clone()).or_default();
            held.extend(fact.date.as_ref().map(bounds));
        }
        let functions = vec![Aggregate::Min, Aggregate::Max, Aggregate::Median];
        let stage = aggregate(functions, field("date"), vec![column("action", field("action"))]);
        let found = rows(ask(&world, vec![stage])).unwrap();
        prop_assert_eq!(found.len(), naive.len());
        for row in &found {
            let [key, min, max, median, n] = row.cells() else { panic!("{row:?}") };
            let held = &naive[&named(key)];
            prop_assert_eq!(n.to_string(), held.len().to_string());
            let side = |pick: fn(&(Day, Day)) -> Day| {
                let mut days: Vec<Day> = held.iter().map(pick).collect();
                days.sort_unstable();
                days
            };
            let (least, most) = (side(|days| days.0), side(|days| days.1));
            let expected = |of: &dyn Fn(&[Day]) -> Day| (!held.is_empty()).then(|| (of(&least), of(&most)));
            let middle = |days: &[Day]| {
                let (a, b) = (days[(days.len() - 1) / 2], days[days.len() / 2]);
                match (a.is_finite(), b.is_finite()) {
                    (true, true) => Day::from_number(i32::midpoint(a.number(), b.number()).min(a.number() + (b.number() - a.number()) / 2)),
                    (false, _) => a,
                    _ => b,
                }
            };
            let shown = |cell: &Cell| cell.as_date().map(bounds);
            let all = (Day::PAST, Day::FUTURE);
            for (cell, expected) in [
                (min, expected(&|days| days[0])),
                (max, expected(&|days| *days.last().unwrap())),
                (median, expected(&middle)),
            ] {
                // What no date can be written for is missing.
                prop_assert!(shown(cell) == expected || expected == Some(all) && cell.is_missing(), "{:?} {:?}", cell, expected);
            }
        }
    }

    #[test]
    fn sums_and_medians_of_numbers_are_those_of_loops(world in any_world(40), name in select(&["score", "weight"][..])) {
        let mut numbers: Vec<BigRational> =
            live(&world).iter().filter_map(|fact| Some(rational(&fact.fields.get(name)?.to_string()))).collect();
        numbers.sort();
        let functions = vec![Aggregate::Sum, Aggregate::Median];
        let found = rows(ask(&world, vec![aggregate(functions, field(name), vec![])])).unwrap();
        let number = |cell: &Cell| Some(rational(&cell.to_string()));
        let cells = found[0].cells();
        prop_assert_eq!(cells[2].to_string(), numbers.len().to_string());
        if numbers.is_empty() {
            prop_assert!(cells[0].is_missing() && cells[1].is_missing());
        } else {
            prop_assert_eq!(number(&cells[0]), Some(numbers.iter().sum()));
            let middle = &numbers[(numbers.len() - 1) / 2] + &numbers[numbers.len() / 2];
            prop_assert_eq!(number(&cells[1]), Some(middle / BigInt::from(2)));
        }
    }

    #[test]
    fn lags_are_those_of_the_two_dates_of_each_fact(world in any_world(40), at_least: bool, count in 0_u32..14) {
        let comparison = if at_least { Comparison::AtLeast } else { Comparison::Less };
        let mut naive = BTreeMap::new();
        let mut passing = BTreeSet::new();
        for fact in live(&world) {
            let effective = fact.fields.get("effective").and_then(Json::as_str).map(|date| Date::parse(date).unwrap());
            let window = Date::days;
            let lag = fact.date.as_ref().zip(effective).map(|(from, to)| Elapsed::between(window(from), window(&to)));
            if lag.is_some_and(|lag| crate::exec::rows::arithmetic::lasts(&lag, comparison, months(count)).is_definite()) {
                passing.insert(fact.id.clone().unwrap());
            }
            naive.insert(fact.id.clone().unwrap(), lag.map_or(Cell::Missing, Cell::Elapsed).to_string());
        }
        let show = show_columns(vec![column("id", field("id")), column("lag", RowValue::Computed(lag()))]);
        let found = rows(ask(&world, vec![show.clone()])).unwrap();
        let found: BTreeMap<String, String> = found.iter().map(|row| (row.cells()[0].to_string(), row.cells()[1].to_string())).collect();
        prop_assert_eq!(found, naive);
        let filter = Filter::Test(RecordTest::Computed { value: RecordCalculation::OfFact(lag()), test: Scale::Length(comparison, months(count)) });
        let kept = set(run(query(filter, vec![]), MemoryView::build(&world), Cancel::new()).unwrap());
        prop_assert_eq!(&kept, &passing);
        let test = Filter::Test(CellTest::Length { column: 1, operator: comparison, duration: months(count) });
        let of_rows = rows(ask(&world, vec![show, narrow_table(test)])).unwrap();
        prop_assert_eq!(of_rows.iter().map(|row| row.cells()[0].to_string()).collect::<BTreeSet<_>>(), passing);
    }

    #[test]
    fn the_earliest_other_is_found_by_looking_at_all(world in any_world(40)) {
        let entity = |written: &str| match world.entities.resolve(written) {
            crate::model::Resolution::One(number) => world.entities.get(number).id.clone(),
            _ => caseless(written).into_owned(),
        };
        let pair = |fact: &Fact| (entity(&fact.subject), fact.object.as_deref().map(entity));
        let facts = live(&world);
        let mut naive = BTreeMap::new();
        for fact in &facts {
            let others = facts.iter().filter(|other| other.id != fact.id && other.action == "signed" && pair(other) == pair(fact));
            let dates: Vec<_> = others.filter_map(|other| other.date.as_ref().map(bounds)).collect();
            let least = |side: fn(&(Day, Day)) -> Day| dates.iter().map(side).min();
            let first = least(|(first, _)| *first).zip(least(|(_, last)| *last));
            let lag = fact.date.as_ref().zip(first).map(|(date, (from, to))| {
                Elapsed::between(Window::new(from, to), date.days())
            });
            naive.insert(fact.id.clone().unwrap(), lag.map_or(Cell::Missing, Cell::Elapsed).to_string());
        }
        let show = show_columns(vec![column("id", field("id")), column("lag", RowValue::Computed(since_signed()))]);
        let found = rows(ask(&world, vec![show])).unwrap();
        let found: BTreeMap<String, String> = found.iter().map(|row| (row.cells()[0].to_string(), row.cells()[1].to_string())).collect();
        prop_assert_eq!(found, naive);
    }

    #[test]
    fn the_first_and_the_last_are_found_by_looking_at_all(world in any_world(40), last: bool, tagged: bool) {
        let facts = live(&world);
        let mut groups: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
        for fact in &facts {
            let keys = if tagged { tags(fact) } else { BTreeSet::from([fact.action.clone()]) };
            for key in keys {
                groups.entry(key).or_default().push(fact);
            }
        }
        let (mut kept, mut rivals) = (BTreeSet::new(), BTreeSet::new());
        for members in groups.values() {
            let dates = || members.iter().filter_map(|fact| fact.date.as_ref()).map(bounds);
            // Without a date a fact is neither.
            let best = if last { dates().max() } else { dates().min_by_key(|(early, late)| (*late, *early)) };
            for fact in members {
                let own = fact.date.as_ref().map(bounds);
                if own.is_some() && own == best {
                    kept.insert(fact.id.clone().unwrap());
                } else if let (Some(own), Some(best)) = (own, best)
                    && (if last { own.1 > best.0 } else { own.0 < best.1 })
                {
                    rivals.insert(fact.id.clone().unwrap());
                }
            }
        }
        let by = vec![field(if tagged { "tags" } else { "action" })];
        let answer = ask(&world, vec![first_or_last(last, by)]);
        let told = if last { answer.notes().might_follow } else { answer.notes().might_precede };
        prop_assert_eq!(told, rivals.difference(&kept).count() as u64);
        prop_assert_eq!(set(answer), kept);
    }

    #[test]
    fn a_difference_of_states_is_that_of_their_answers(
        world in any_world(24), filter in any_filter(), cuts in (1_u64..30, 1_u64..30),
    ) {
        let mut transactions = Vec::new();
        for (place, (fact, live)) in world.facts.iter().enumerate() {
            // Every third is another version of the first fact.
            let fact = if place % 3 == 2 { Fact { id: world.facts[0].0.id.clone(), ..fact.clone() } } else { fact.clone() };
            let id = fact.id.clone().unwrap();
            transactions.push(vec![Mutation::Fact { hash: fact.content_hash(), fact }]);
            if !live && place % 3 == 1 {
                transactions.push(vec![Mutation::Retract { id, reason: "wrong".to_owned() }]);
            }
        }
        let past = Past::new(&world, transactions, query(filter.clone(), vec![]));
        let (before, after) = (cuts.0.min(cuts.1), cuts.0.max(cuts.1));
        let answer = |transaction| {
            let found = run(query(filter.clone(), vec![]), past.at(transaction), Cancel::new()).unwrap();
            let facts = rows(found).unwrap();
            facts.iter().map(|row| { let fact = row.fact().unwrap().unwrap(); (fact.id.clone().unwrap(), fact.content_hash()) }).collect::<BTreeMap<_, _>>()
        };
        let (old, new) = (answer(before), answer(after));
        let mut naive = BTreeSet::new();
        for (id, hash) in &old {
            match new.get(id) {
                None => { naive.insert(format!("{id} removed")); }
                Some(other) if other != hash => { naive.insert(format!("{id} changed")); }
                Some(_) => {}
            }
        }
        naive.extend(new.keys().filter(|id| !old.contains_key(*id)).map(|id| format!("{id} added")));
        let found = rows(past.diff(before, after)).unwrap();
        let found: BTreeSet<String> = found.iter().map(|row| format!("{} {}", row.cells()[0], row.cells()[1])).collect();
        prop_assert_eq!(found, naive);
    }

    #[test]
    fn a_table_is_summarised_like_the_facts_it_shows(world in any_world(40), name in select(&["date", "score", "effective"][..])) {
        let functions = || vec![Aggregate::Min, Aggregate::Max, Aggregate::Median];
        let direct = vec![aggregate(functions(), field(name), vec![year()])];
        let show = show_columns(vec![year(), column("of", field(name))]);
        let by = vec![column("year", cell(0))];
        let shown = vec![show, over(aggregate(functions(), cell(1), by))];
        prop_assert_eq!(table(ask(&world, direct)), table(ask(&world, shown)));
    }
}
