console.log(require('sanitize-html')('<b onclick=x>hi</b><script>y</script>'));
