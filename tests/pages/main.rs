//! Pages and pictures: `sumformer report`, also in a browser, and the paper's figures.

mod browser;
mod devtools;
mod figures;
mod report;
