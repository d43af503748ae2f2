//! What the Tab key does: it completes what is typed, and is a blank in what is
//! pasted by a terminal that does not say that it pastes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, RepeatCount};

use super::reopening_store::ReopeningStore;

/// Nobody types the next key so soon after the editor was done with the last.
const SOONEST: Duration = Duration::from_millis(10);

/// When the editor was last done with a key.
#[derive(Clone, Default)]
pub struct Typing(Arc<Mutex<Option<Instant>>>);

impl Typing {
    /// An included file has been given up.
    pub fn is_done(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether the next key came too soon to be typed.
    fn is_pasted(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < SOONEST)
    }
}

/// The Tab key.
pub struct TabKey {
    held: Arc<ReopeningStore>,
    typing: Typing,
}

impl TabKey {
    /// At a prompt for queries on a store.
    pub fn new(held: Arc<ReopeningStore>, typing: Typing) -> Self {
        Self { held, typing }
    }

    /// Whether what stands before the key is a word already, or none.
    fn is_after_a_whole_word(&self, line: &str, cursor: usize) -> bool {
        let completions = self.held.complete(line, cursor);
        let word = line.get(completions.start..cursor).unwrap_or_default();
        let is_word = |text: &str| text.trim_end_matches(':').eq_ignore_ascii_case(word);
        word.is_empty()
            || completions.candidates.is_empty()
            || completions.candidates.iter().any(|candidate| is_word(&candidate.text))
    }
}

impl ConditionalEventHandler for TabKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        // Programs that drive the prompt send the key with the word that it is to complete.
        (self.typing.is_pasted() && self.is_after_a_whole_word(context.line(), context.pos()))
            .then(|| Cmd::Insert(1, " ".to_owned()))
    }
}
