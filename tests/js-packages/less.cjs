require('less').render('@a:red;.b{color:@a;.c{d:1+1}}').then(r => console.log(r.css));
