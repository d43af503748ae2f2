//! Where a diagnostic that is shown at a call really belongs.

use std::fmt;

use crate::syntax::DefinitionExcerpt;

impl fmt::Display for DefinitionExcerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in `{}`, defined in {}: {}", self.name, self.place, self.text)
    }
}
