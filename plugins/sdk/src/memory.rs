//! The memory of a component: free lists by size over a region that only grows.
//!
//! An instance serves one request and is gone, so nothing has to fight fragmentation: a block that is given back
//! waits for another of its size, and neighbours are never joined. That makes an allocation a few instructions, where
//! the allocator that comes with the target takes a fifth of a whole render. Blocks are still used again, so that a
//! template which builds a long text piece by piece stays below its limit.
//!
//! A component has one thread. The compiler allows a type with cells in it as the allocator only where it is told so.

#![allow(unsafe_code, reason = "an allocator is nothing else")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::{copy_nonoverlapping, null_mut};

#[global_allocator]
static MEMORY: Memory = Memory { free: [const { Cell::new(null_mut()) }; CLASSES], next: Cell::new(0), end: Cell::new(0) };

/// Four sizes for each power of two: a block is at most a quarter larger than what it is for.
const CLASSES: usize = 4 * 33;
/// Every block begins at a multiple of it; what wants more is rare and never used again.
const ALIGNMENT: usize = 8;
const PAGE_BYTES: usize = 64 << 10;
/// What memory grows by at least: each time is a call of the host.
const GROWTH_BYTES: usize = 16 * PAGE_BYTES;

struct Memory {
    /// The first free block of each size; a free block begins with the address of the next.
    free: [Cell<*mut u8>; CLASSES],
    /// What has never been a block, up to `end`.
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: the target has no threads.
unsafe impl Sync for Memory {}

/// Forgets what is free and begins on new pages: what is allocated from here on lies close together, and touches
/// nothing of what is there already. Called at the end of `prepare`, so that a request dirties few pages and finds
/// the memory of a usual render without asking for it.
pub fn seal() {
    MEMORY.free.iter().for_each(|first| first.set(null_mut()));
    MEMORY.grow(GROWTH_BYTES);
}

/// The size of the block for `size` bytes, and its class.
fn class(size: usize) -> (usize, usize) {
    let last = size.max(2 * ALIGNMENT).next_multiple_of(ALIGNMENT) - 1;
    let bits = last.ilog2() as usize + 1;
    let step = (1usize << (bits - 3)).max(ALIGNMENT);
    (last / step * step + step, bits * 4 + ((last >> (bits - 3)) & 3))
}

impl Memory {
    /// A block that never was one.
    fn fresh(&self, size: usize, alignment: usize) -> *mut u8 {
        let mut start = self.next.get().next_multiple_of(alignment);
        if start.checked_add(size).is_none_or(|end| end > self.end.get()) {
            if !self.grow(size.saturating_add(alignment)) {
                return null_mut();
            }
            start = self.next.get().next_multiple_of(alignment);
        }
        self.next.set(start + size);
        start as *mut u8
    }

    /// Makes room for `size` bytes in one piece.
    fn grow(&self, size: usize) -> bool {
        let pages = size.max(GROWTH_BYTES).div_ceil(PAGE_BYTES);
        let old = core::arch::wasm32::memory_grow::<0>(pages);
        if old == usize::MAX {
            return false;
        }
        // What is left of the last piece is lost where somebody else has grown memory meanwhile.
        if old * PAGE_BYTES != self.end.get() {
            self.next.set(old * PAGE_BYTES);
        }
        self.end.set((old + pages) * PAGE_BYTES);
        true
    }
}

// SAFETY: a block is handed out by `fresh`, once, or taken off the list that `dealloc` put it on; the classes of a
// layout and of the layout that it is given back with are the same, and so are their sizes.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT {
            return self.fresh(layout.size(), layout.align());
        }
        let (size, class) = class(layout.size());
        let first = self.free[class].get();
        if first.is_null() {
            return self.fresh(size, ALIGNMENT);
        }
        self.free[class].set(unsafe { *first.cast::<*mut u8>() });
        first
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.align() <= ALIGNMENT {
            let (_, class) = class(layout.size());
            unsafe { *block.cast::<*mut u8>() = self.free[class].get() };
            self.free[class].set(block);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            let ((old, _), (new, _)) = (class(layout.size()), class(size));
            if old == new {
                return block;
            }
            // The youngest block grows where it is: texts that are being built mostly are.
            let start = block as usize;
            if start + old == self.next.get() && start.checked_add(new).is_some_and(|end| end <= self.end.get()) {
                self.next.set(start + new);
                return block;
            }
        }
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
