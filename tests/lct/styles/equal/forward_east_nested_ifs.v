// Classic Verilog-2001: defaults first, then a tree of ifs.
module forward_east (
    input  wire        west__valid,
    input  wire [29:0] west__payload,
    output reg         west__ready,
    output reg         east__valid,
    output reg  [29:0] east__payload,
    input  wire        east__ready,
    output reg         north__valid,
    output reg  [29:0] north__payload,
    input  wire        north__ready,
    output reg         south__valid,
    output reg  [29:0] south__payload,
    input  wire        south__ready,
    output reg         local__valid,
    output reg  [29:0] local__payload,
    input  wire        local__ready
);
  wire signed [8:0] dx = west__payload[8:0];
  wire signed [8:0] dy = west__payload[17:9];
  wire [8:0] dx_less = dx - 1'b1;
  wire [8:0] dy_less = dy - 1'b1;
  wire [8:0] dy_more = dy + 1'b1;

  always @* begin
    west__ready  = 1'b0;
    east__valid  = 1'b0;
    north__valid = 1'b0;
    south__valid = 1'b0;
    local__valid = 1'b0;
    if (west__valid) begin
      if (dx > 0) begin
        east__valid = 1'b1;
        west__ready = east__ready;
      end else begin
        if (dy > 0) begin
          north__valid = 1'b1;
          west__ready  = north__ready;
        end else if (dy < 0) begin
          south__valid = 1'b1;
          west__ready  = south__ready;
        end else begin
          local__valid = 1'b1;
          west__ready  = local__ready;
        end
      end
    end
  end

  always @* begin
    east__payload  = {west__payload[29:9], dx_less};
    north__payload = {west__payload[29:18], dy_less, west__payload[8:0]};
    south__payload = {west__payload[29:18], dy_more, west__payload[8:0]};
    local__payload = west__payload;
  end
endmodule
