{$undefined++}
