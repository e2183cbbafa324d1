// As small as it gets: sign and zero by hand, and-or network, no procedural code.
module forward_east (west__valid, west__payload, west__ready, east__valid, east__payload,
    east__ready, north__valid, north__payload, north__ready, south__valid, south__payload,
    south__ready, local__valid, local__payload, local__ready);
  input west__valid, east__ready, north__ready, south__ready, local__ready;
  input [29:0] west__payload;
  output west__ready, east__valid, north__valid, south__valid, local__valid;
  output [29:0] east__payload, north__payload, south__payload, local__payload;

  wire xn = west__payload[8],  xnz = |west__payload[8:0];
  wire yn = west__payload[17], ynz = |west__payload[17:9];
  wire xp = ~xn & xnz;

  assign east__valid  = west__valid & xp;
  assign north__valid = west__valid & ~xp & ynz & ~yn;
  assign south__valid = west__valid & ~xp & yn;
  assign local__valid = west__valid & ~xp & ~ynz;
  assign west__ready  = (east__valid & east__ready) | (north__valid & north__ready)
                      | (south__valid & south__ready) | (local__valid & local__ready);

  // x - 1 is x + 111...1, and y + 1 is -(~y)
  assign east__payload  = {west__payload[29:9], west__payload[8:0] + 9'h1ff};
  assign north__payload = {west__payload[29:18], west__payload[17:9] + {9{1'b1}}, west__payload[8:0]};
  assign south__payload = {west__payload[29:18], -(~west__payload[17:9]), west__payload[8:0]};
  assign local__payload = west__payload;
endmodule
