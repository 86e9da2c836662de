//! What the checker refuses to go beyond, in one place: docs/formats.md lists these numbers, and a test compares the two.
//!
//! A limit never makes anything valid: what is not checked is not accepted.

// Numbers.

/// The longest numeral that is read, in characters; longer ones are refused instead of filling the memory.
pub const MAX_NUMERAL_LENGTH: usize = 10_000;

/// The largest decimal exponent (in absolute value) that is read.
pub const MAX_DECIMAL_EXPONENT: i64 = 2_000;

/// Larger arguments of the exponential function of attention are refused.
pub const MAX_EXP_ARGUMENT: i64 = 4096;

/// Numbers beyond this many bits are refused: a squaring per block would otherwise fill any memory.
pub const MAX_INTEGER_BITS: u64 = 1 << 20;

/// The most tensor coefficients that are computed; beyond that the term-by-term range has to do.
pub const MAX_BERNSTEIN_COEFFICIENTS: usize = 1024;

/// The highest total degree that is worked with. Whoever multiplies polynomials of unknown origin checks it first.
pub const MAX_DEGREE: u32 = 4096;

// Target files.

/// The largest target file, in bytes.
pub const MAX_SOURCE: usize = 1 << 20;

/// The largest number of output coordinates.
pub const MAX_OUTPUTS: usize = 4096;

/// The largest n.
pub const MAX_TOKENS: usize = 1_000_000;

/// The largest d.
pub const MAX_DIMENSION: usize = 4096;

/// The longest `name`, in bytes.
pub const MAX_NAME: usize = 100;

/// The largest height of an expression, and the deepest nesting of parentheses.
pub const MAX_TREE_DEPTH: usize = 200;

/// The largest number of syntax tree nodes of all expressions and abbreviations together, after expansion.
///
/// Long numbers count as several.
pub const MAX_NODES: u64 = 200_000;

/// The largest exponent.
pub const MAX_EXPONENT: u32 = 10_000;

// Values of targets.

/// The largest number of coordinates, tokens times dimension, over which a target is enclosed: a form has a slope for
/// each of them, and there is one for each of them.
pub const MAX_COORDINATES: usize = 1024;

/// The longest sequence over which `symmetrize` is evaluated: the cost is (n−1)!.
pub const MAX_SYMMETRIZED: usize = 8;

/// The largest power that is computed exactly, in bits.
pub const MAX_POWER_BITS: u64 = 1 << 24;

// Normal forms and blocks.

/// The most terms of a normal form.
pub const MAX_TERMS: usize = 200_000;

/// The most products of non-zeros of which a product of two matrices consists.
pub const MAX_MATRIX_PRODUCTS: usize = 1 << 22;

/// Degrees of gadget polynomials that are accepted.
pub const MAX_GADGET_DEGREE: usize = 64;

/// Expanding a gadget's polynomial in the slots it reads may produce at most this many terms.
pub const MAX_LOCAL_TERMS: usize = 100_000;

/// A product of two polynomials of more term pairs is refused: no file may stall the checker.
pub const MAX_TERM_PAIRS: usize = 1 << 20;

/// The longest coefficient of such a product, numerator and denominator together, in bits.
pub const MAX_COEFFICIENT_BITS: u64 = 1 << 16;

/// Common denominators are followed up to this many bits.
pub const MAX_DENOMINATOR_BITS: u64 = 1 << 13;

// Surrogates.

/// A part is halved at most this often: beyond, only rounding is left.
pub const MAX_CUTS: u32 = 64;

/// The highest degree of a polynomial that replaces a function.
pub const MAX_REPLACEMENT_DEGREE: usize = 64;

/// The most hats or thresholds of one replacement.
pub const MAX_PIECES: u32 = 1 << 12;

/// The most sums within each other where an output is written in logarithms.
pub const MAX_NESTED_SUMS: usize = 16;

/// More atoms are refused.
pub const MAX_ATOMS: usize = 1 << 14;

/// More weighted means are refused.
pub const MAX_WEIGHTED_MEANS: usize = 256;

/// More nodes than this in all trees that are looked at are refused.
pub const MAX_VISITS: usize = 1 << 22;

/// Larger trees are not differentiated: a derivative may have as many nodes as all subtrees together.
pub const MAX_DIFFERENTIATED: usize = 1 << 12;

/// With more coordinates, not all corners of the box are looked at for an argument without a value.
pub const MAX_CORNERS: u32 = 8;

/// The parts of larger quotients are not compared.
pub const MAX_QUOTIENT_TERMS: usize = 256;

/// Exact ranges with longer ends, numerator and denominator together, are not calculated with.
pub const MAX_RANGE_BITS: u64 = 1 << 12;

// Boxes.

/// A side of a box is halved at most this often, one half of a half after the other.
pub const MAX_LEVEL: u32 = 48;

/// The longest tree of boxes, in characters.
pub const MAX_TREE_TEXT: usize = 1 << 27;

// Tables.

/// The most cells, ramps included.
pub const MAX_CELLS: usize = 1 << 20;

/// The most numbers held for cells: cells times slots, cells times coordinates, and cells, or the pieces of a
/// coordinate, times the forms that read them.
pub const MAX_CELL_VALUES: usize = 1 << 24;

/// The most values of slots that are stored, over all cells.
pub const MAX_STORED_VALUES: usize = 1 << 23;

/// The most values at break points that are stored beyond a few per weight.
pub const MAX_LEVELS: usize = 1 << 23;

/// The most words of 64 bits in the keys of all entries.
pub const MAX_KEY_WORDS: u64 = 1 << 25;

/// The most work that is spent on entries with ramps, in units of [`crate::work`].
pub const MAX_RAMP_WORK: u64 = 1 << 31;

/// The most table entries.
pub const MAX_ENTRIES: usize = 1 << 22;

// Witnesses.

/// Longer witnesses are refused.
pub const MAX_WITNESS_COORDINATES: usize = 1 << 20;

/// The most operations, by estimate, that evaluating target and network once may take.
pub const MAX_WITNESS_OPERATIONS: u64 = 1_000_000_000;

/// Scores that are not constant for a reason visible in single slots are compared one by one up to this many
/// queries and keys.
pub const MAX_COMPARED: usize = 64;

// Floors.

/// Sumformers with fewer sums than this are looked at.
pub const MAX_FLOOR_SUMS: usize = 64;

// Work.

/// The work of one check, in units of [`crate::work`]: this much, a few seconds, whatever the files say, …
pub const CHECK_WORK: u64 = 1 << 30;

/// … and so much more per byte of the files, since large ones take longer to check.
pub const CHECK_WORK_PER_BYTE: u64 = 64;

/// Symbols of affine forms beyond those of the coordinates; what bends after that stays in the rest, so that no network fills the memory with
/// slopes.
pub const MAX_SYMBOLS: usize = 2048;

/// For each character of a given network's tree so much more, as every leaf takes a forward pass in affine forms, …
pub const GIVEN_WORK_PER_NODE: u64 = 1 << 20;

/// … but no more than this, some minutes.
pub const MAX_GIVEN_WORK: u64 = 1 << 37;
