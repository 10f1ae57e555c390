//! A plugin's heap, in three parts: the arguments of `prepare`, the data that `prepare` leaves for the requests, and the
//! data of one request.
//!
//! Every request starts from the memory that `prepare` left. Afterwards the host scans the page tables for the pages
//! that the request touched and restores those that it wrote. With more than a few dozen separate runs of written pages
//! the host maps the whole memory again instead, which takes several times as long as a render and stalls other cores.
//! The allocator therefore keeps the pages that a request writes together, apart from those that it only reads, and
//! both apart from those that no request uses.

#[cfg(target_arch = "wasm32")]
pub use parts::begin;

/// Memory that a request finds allocated and so need not request from the host. Few requests use more.
const ROOM_BYTES: usize = 1 << 20;

/// Grows the memory by what a usual request needs.
pub fn make_room() {
    drop(Vec::<u8>::with_capacity(ROOM_BYTES));
}

/// Native tests fork nothing, so there is nothing to separate.
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
        /// Blocks below this address belong to an earlier part and are never freed or reused.
        begins: usize,
    }

    // SAFETY: a component has one thread.
    unsafe impl Sync for Heap {}

    #[global_allocator]
    static HEAP: Heap = Heap(UnsafeCell::new(Part { blocks: Dlmalloc::new(), begins: 0 }));

    impl Heap {
        /// # Safety
        /// The caller holds no other reference to the part.
        #[allow(clippy::mut_from_ref, reason = "the allocator is a static")]
        unsafe fn part(&self) -> &mut Part {
            // SAFETY: guaranteed by the caller.
            unsafe { &mut *self.0.get() }
        }
    }

    // SAFETY: dlmalloc upholds the contract; a block of an earlier part is never handed out again.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: no function here calls another one that borrows the part.
            unsafe { self.part().blocks.malloc(layout.size(), layout.align()) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as above.
            unsafe { self.part().blocks.calloc(layout.size(), layout.align()) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: as above; dlmalloc only frees blocks of its own part.
            unsafe {
                let part = self.part();
                if block.addr() >= part.begins {
                    part.blocks.free(block, layout.size(), layout.align());
                }
            }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            // SAFETY: as above; a block of an earlier part is copied into a new one, up to the smaller size.
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
        // SAFETY: there is one thread, and no other reference to the part. The old allocator's state is dropped; its blocks
        // stay where they are.
        unsafe {
            *HEAP.part() = Part { blocks: Dlmalloc::new(), begins: memory_size(0) * PAGE_BYTES };
        }
    }
}
