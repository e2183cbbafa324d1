module forward_east (
    input         west__valid,
    input  [29:0] west__payload,
    output        west__ready,
    output        east__valid, north__valid, south__valid, local__valid,
    output [29:0] east__payload, north__payload, south__payload, local__payload,
    input         east__ready, north__ready, south__ready, local__ready
);
  wire signed [8:0] dx = west__payload[8:0], dy = west__payload[17:9];
  wire [4:0] way = !west__valid ? 5'b00000 :
                   dy > 0 ? {north__ready, 4'b0100} :
                   dy < 0 ? {south__ready, 4'b0010} :
                   dx > 0 ? {east__ready, 4'b1000} : {local__ready, 4'b0001};
  assign {west__ready, east__valid, north__valid, south__valid, local__valid} = way;
  wire [8:0] a = dx - 9'sd1, b = dy - 9'sd1, c = dy + 9'sd1;
  assign east__payload = {west__payload[29:9], a};
  assign north__payload = {west__payload[29:18], b, west__payload[8:0]};
  assign south__payload = {west__payload[29:18], c, west__payload[8:0]};
  assign local__payload = west__payload;
endmodule
