&amp; &lt; &#39; &nbsp; é ü 漢字 😀
