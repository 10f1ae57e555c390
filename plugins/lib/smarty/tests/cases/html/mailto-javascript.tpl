{mailto address="a@b.example" encode="javascript"} {mailto address="a@b.example" encode="javascript_charcode"}
