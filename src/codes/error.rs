//! What can be refused.

/// Why a code, a word, a sum or a multiset could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// M = 0.
    #[error("a code needs at least one cell")]
    NoCells,
    /// M above the limit.
    #[error("{cells} cells are more than the limit of {limit}")]
    TooManyCells {
        /// M.
        cells: u64,
        /// The largest M.
        limit: u64,
    },
    /// s above the limit.
    #[error("multisets of {separated} cells are larger than the limit of {limit} for this code")]
    TooManySeparated {
        /// s.
        separated: u32,
        /// The largest s.
        limit: u32,
    },
    /// The words together are too long.
    #[error("the table of words takes up to {bits} bits, the limit is {limit}")]
    TableTooLarge {
        /// An upper estimate.
        bits: u64,
        /// The most bits.
        limit: u64,
    },
    /// No suitable F_{q^h}: the field passes the size limit, or no group order among those tried has prime factors
    /// small enough for logarithms.
    #[error(
        "no field F_(q^{degree}) with q ≥ {cells} of at most {limit_bits} bits has a group order whose prime power \
         factors are at most {factor_limit} (up to {tried} prime powers q were tried)"
    )]
    NoSuitableField {
        /// M.
        cells: u64,
        /// h.
        degree: u32,
        /// The most bits of q^h.
        limit_bits: u32,
        /// The largest prime power factor for which logarithms are taken.
        factor_limit: u64,
        /// The most prime powers that are tried.
        tried: usize,
    },
    /// A table of logarithms would take too long.
    #[error("{cells} logarithms take about {products} products of coefficients, the limit is {limit}")]
    TooMuchWork {
        /// M.
        cells: u64,
        /// The estimate.
        products: u128,
        /// The most products.
        limit: u128,
    },
    /// A binomial coefficient with too many factors.
    #[error("the binomial coefficient has {factors} factors, the limit is {limit}")]
    BinomialTooLarge {
        /// min(s, M − 1).
        factors: u64,
        /// The most factors.
        limit: u64,
    },
    /// A cell outside 0..M.
    #[error("there is no cell {cell} among {cells}")]
    NoSuchCell {
        /// The cell asked for.
        cell: u64,
        /// M.
        cells: u64,
    },
    /// A multiset that has not s elements.
    #[error("the code separates multisets of {wanted} cells, got {got} cells")]
    WrongCount {
        /// s.
        wanted: u32,
        /// The size given.
        got: usize,
    },
    /// A vector that has not d' coordinates.
    #[error("sums of this code have {wanted} coordinates, got {got}")]
    WrongDimension {
        /// d'.
        wanted: usize,
        /// The number given.
        got: usize,
    },
    /// No multiset of s cells has these sums.
    #[error("the integers are not the sums of any multiset of cells")]
    NotASum,
}
