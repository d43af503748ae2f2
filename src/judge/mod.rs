//! The judge: the naive evaluation of whole queries by a look at every fact, and
//! the law that holds the real one to it with random sentences over random
//! worlds. It is compiled for tests alone.

mod law;
pub(crate) mod naive;
