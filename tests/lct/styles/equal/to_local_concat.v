// Wires only; the payload passes whether or not it is valid.
module to_local (
    input packet__valid, input [29:0] packet__payload, output packet__ready,
    output delivery__valid, output [11:0] delivery__payload, input delivery__ready
);
  assign {packet__ready, delivery__valid, delivery__payload} =
      {delivery__ready & packet__valid, packet__valid, packet__payload[29-:12]};
endmodule
