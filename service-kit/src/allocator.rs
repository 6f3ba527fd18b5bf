//! The allocator of every process.

/// Requests and events are many small, short-lived allocations on many threads; with glibc's allocator a quarter of the
/// time that appending takes went into it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
