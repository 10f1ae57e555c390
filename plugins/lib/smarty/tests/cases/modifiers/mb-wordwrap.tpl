{'ééééé ééé é'|mb_wordwrap:5:'|'} {'abcdefgh ij'|mb_wordwrap:3:'|':true}
