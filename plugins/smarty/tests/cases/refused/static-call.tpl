{NoSuchClass::run()}
