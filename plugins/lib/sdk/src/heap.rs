//! A plugin's memory, in three parts: what the host hands to `prepare`, what `prepare` leaves for the requests, and what
//! a request takes.
//!
//! Every request begins with the memory as `prepare` left it. After it the host looks through the tables of all pages
//! that were touched, and puts back those that were written to; more than some tens of stretches of such pages, and it
//! gives up and maps the memory anew, which takes several times as long as a render and keeps other cores waiting. So
//! what a request writes lies together, apart from what it reads, and that apart from what nobody reads any more.

#[cfg(target_arch = "wasm32")]
pub use parts::begin;

/// What a request finds ready, so that it need not ask for memory: few take more.
const ROOM_BYTES: usize = 1 << 20;

/// Takes the memory of the usual request.
pub fn make_room() {
    drop(Vec::<u8>::with_capacity(ROOM_BYTES));
}

/// Tests run natively, where nothing is forked.
#[cfg(not(target_arch = "wasm32"))]
pub fn begin() {}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "an allocator")]
mod parts {
    use dlmalloc::Dlmalloc;
    use std::alloc::{GlobalAlloc, Layout};
    use std::arch::wasm32::memory_size;
    use std::cell::UnsafeCell;

    const PAGE_BYTES: usize = 64 << 10;

    struct Heap(UnsafeCell<Part>);

    struct Part {
        blocks: Dlmalloc,
        /// What lies below belongs to an earlier part, and stays as it is for good.
        begins: usize,
    }

    // SAFETY: a component has one thread.
    unsafe impl Sync for Heap {}

    #[global_allocator]
    static HEAP: Heap = Heap(UnsafeCell::new(Part { blocks: Dlmalloc::new(), begins: 0 }));

    impl Heap {
        /// # Safety
        /// Nobody else has the part.
        #[allow(clippy::mut_from_ref, reason = "the allocator is a static")]
        unsafe fn part(&self) -> &mut Part {
            // SAFETY: the caller's.
            unsafe { &mut *self.0.get() }
        }
    }

    // SAFETY: dlmalloc's; a block of an earlier part is never given out again.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: no function here calls another that has the part.
            unsafe { self.part().blocks.malloc(layout.size(), layout.align()) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as above.
            unsafe { self.part().blocks.calloc(layout.size(), layout.align()) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: as above; the block is of this part.
            unsafe {
                let part = self.part();
                if block.addr() >= part.begins {
                    part.blocks.free(block, layout.size(), layout.align());
                }
            }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            // SAFETY: as above; a block of an earlier part is copied to a new one, as far as both go.
            unsafe {
                let part = self.part();
                if block.addr() >= part.begins {
                    return part.blocks.realloc(block, layout.size(), layout.align(), size);
                }
                let new = part.blocks.malloc(size, layout.align());
                if !new.is_null() {
                    new.copy_from_nonoverlapping(block, size.min(layout.size()));
                }
                new
            }
        }
    }

    /// Begins the next part.
    pub fn begin() {
        // SAFETY: one thread, and the part is had here alone. The old part's own state goes; its blocks stay.
        unsafe {
            *HEAP.part() = Part { blocks: Dlmalloc::new(), begins: memory_size(0) * PAGE_BYTES };
        }
    }
}
