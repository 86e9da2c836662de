//! Pages and pictures: `sumformer report`, also in a browser, the proved checker as a page, and the paper's figures.

mod browser;
mod devtools;
mod figures;
mod proved;
mod report;
