//! Has the binary built again when a bundled world gains or loses a file,
//! which the compiler cannot see for itself.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=seed");
}
