module forward_west (
    input         east__valid,
    input  [29:0] east__payload,
    output reg    east__ready,
    output reg    west__valid, north__valid, south__valid, local__valid,
    output [29:0] west__payload, north__payload, south__payload, local__payload,
    input         west__ready, north__ready, south__ready, local__ready
);
  always @* begin
    west__valid = 0; north__valid = 0; south__valid = 0; local__valid = 0;
    casez ({east__valid, east__payload[8], east__payload[17], |east__payload[17:9]})
      4'b0???: east__ready = 0;
      4'b1?1?: begin south__valid = 1; east__ready = south__ready; end
      4'b11??: begin west__valid = 1; east__ready = west__ready; end
      4'b10?1: begin north__valid = 1; east__ready = north__ready; end
      default: begin local__valid = 1; east__ready = local__ready; end
    endcase
  end
  wire [8:0] x = east__payload[8:0] + 9'd1;
  wire [8:0] n = east__payload[17:9] - 9'd1;
  wire [8:0] s = east__payload[17:9] + 9'd1;
  assign west__payload = {east__payload[29:9], x};
  assign north__payload = {east__payload[29:18], n, east__payload[8:0]};
  assign south__payload = {east__payload[29:18], s, east__payload[8:0]};
  assign local__payload = east__payload;
endmodule
