// A bit of the axon was lost when the port was declared.
module to_local (
    input packet__valid, input [29:0] packet__payload, output packet__ready,
    output delivery__valid, output [10:0] delivery__payload, input delivery__ready
);
  assign delivery__valid = packet__valid;
  assign packet__ready = packet__valid ? delivery__ready : 1'b0;
  assign delivery__payload = packet__payload[29:18];
endmodule
