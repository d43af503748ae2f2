//! The command `tractat`: arguments, terminal and files around the library.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod cli;

/// An import hands memory from thread to thread, which the system's allocator
/// makes its threads wait for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
