//! Notices that were taken back: for those that had no effect yet no day of
//! effect follows from a rule. It knows columns, and nothing of queries.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::index::{Document, FieldView, IndexError, View};
use crate::model::{Day, EntityNumber, fold};

/// The notices that were certainly taken back.
#[derive(Default)]
pub(super) struct TakenBack {
    /// For each the last day on which that may have been done.
    by: FxHashMap<Document, Day>,
}

/// Who acted: an entity, or a name that no entity has.
type Actor = (Option<EntityNumber>, String);

/// An act, and the days between which it lies.
struct Act {
    document: Document,
    first: Day,
    last: Day,
}

impl TakenBack {
    /// Reads the acts among some documents about one and the same entity.
    pub fn among(view: &dyn View, about: &RoaringBitmap) -> Result<Self, IndexError> {
        let mut taken = Self::default();
        let (Some(actions), Some(subjects), Some(dates)) =
            (view.field("action"), view.field("subject"), view.field("date"))
        else {
            return Ok(taken);
        };
        let of_word = |word: &str| -> Result<RoaringBitmap, IndexError> {
            let covered = view.schema().action_word(word).map(|word| word.actions.as_slice()).unwrap_or_default();
            Ok(actions.postings(&covered.iter().flat_map(|action| actions.find(&fold(action))).collect())? & about)
        };
        for (by, what) in &view.schema().vocabulary().cancels {
            let backs = of_word(by)? & view.live();
            if backs.is_empty() {
                continue;
            }
            let backs = acts_by_actor(&*subjects, &*dates, &backs)?;
            let notices = acts_by_actor(&*subjects, &*dates, &of_word(what)?)?;
            for (actor, backs) in &backs {
                let notices = notices.get(actor).map(Vec::as_slice).unwrap_or_default();
                backs.iter().for_each(|back| taken.note(view.live(), notices, back));
            }
        }
        Ok(taken)
    }

    /// Notes the notice that an act takes back; where another was given between
    /// the two, that one may be meant.
    fn note(&mut self, live: &RoaringBitmap, notices: &[Act], back: &Act) {
        for notice in notices.iter().filter(|notice| notice.document != back.document && notice.last <= back.first) {
            let may_be_meant = |other: &&Act| {
                live.contains(other.document)
                    && ![notice.document, back.document].contains(&other.document)
                    && other.last >= notice.first
                    && other.first <= back.last
            };
            if notices.iter().find(may_be_meant).is_none() {
                let day = self.by.entry(notice.document).or_insert(back.last);
                *day = back.last.min(*day);
            }
        }
    }

    /// Whether a notice was taken back before the day of its effect.
    pub fn before(&self, notice: Document, effect: Day) -> bool {
        self.by.get(&notice).is_some_and(|day| effect > *day)
    }
}

fn acts_by_actor(
    subjects: &dyn FieldView,
    dates: &dyn FieldView,
    documents: &RoaringBitmap,
) -> Result<FxHashMap<Actor, Vec<Act>>, IndexError> {
    let mut actors = Vec::new();
    subjects.each(documents, &mut |_, ordinals| {
        actors.push(ordinals.first().map(|ordinal| match subjects.entity(*ordinal) {
            Some(entity) => (Some(entity), String::new()),
            None => (None, fold(&subjects.value(*ordinal).to_string()).into_owned()),
        }));
    })?;
    let mut acts: FxHashMap<Actor, Vec<Act>> = FxHashMap::default();
    let mut actors = actors.into_iter();
    dates.each(documents, &mut |document, ordinals| {
        let Some(Some(actor)) = actors.next() else { return };
        let date = ordinals.first().map(|ordinal| dates.value(*ordinal));
        let (first, last) = date
            .as_ref()
            .and_then(|date| date.as_date())
            .map_or((Day::PAST, Day::FUTURE), |date| (date.earliest(), date.latest()));
        acts.entry(actor).or_default().push(Act { document, first, last });
    })?;
    Ok(acts)
}
