top({block body}base{/block})end
