//! What queries mean in a small world, and what is said of wrong ones.

mod complete;
mod dates;
mod entities;
mod laws;
mod messages;
mod queries;
mod stages;
mod world;
mod wrong;
