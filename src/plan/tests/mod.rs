//! What queries mean in a small world, and what is said of wrong ones.

mod complete;
mod dates;
mod laws;
mod queries;
mod related;
mod world;
mod wrong;
