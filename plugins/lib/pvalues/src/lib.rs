//! Grandstream's configuration files in their three forms: the text template, the XML document and the binary file.
//!
//! ```
//! use dialplate_pvalues::Configuration;
//!
//! let configuration = Configuration::read(b"P271 = 1 # account 1 is on\nP270 = Front & desk\n").expect("a template");
//! assert!(configuration.to_xml().contains("<P270>Front &amp; desk</P270>"));
//! ```
//!
//! Sources: Grandstream's *SIP Device Provisioning Guide*, "XML Provisioning Schema and Example File"; of the binary form,
//! which Grandstream does not describe, voip-info.org's page *Grandstream Configuration Tool*.

#![warn(missing_docs)]

mod binary;
mod configuration;
mod error;
mod forms;
mod text;
mod xml;

pub use binary::Padding;
pub use configuration::{Configuration, Parameter, address};
pub use error::{Error, Reason};
pub use forms::Format;
