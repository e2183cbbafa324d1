module to_local (
    input packet__valid, input [29:0] packet__payload, output packet__ready,
    output delivery__valid, output [11:0] delivery__payload, input delivery__ready
);
  assign packet__ready = delivery__ready;
  assign delivery__valid = packet__valid;
  assign delivery__payload = packet__payload[29:18];
endmodule
