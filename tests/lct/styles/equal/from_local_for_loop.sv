// The five outputs as vectors, a loop finds the way.
module from_local (
    input  logic        core__valid,
    input  logic [29:0] core__payload,
    output logic        core__ready,
    output logic        east__valid,
    output logic [29:0] east__payload,
    input  logic        east__ready,
    output logic        west__valid,
    output logic [29:0] west__payload,
    input  logic        west__ready,
    output logic        north__valid,
    output logic [29:0] north__payload,
    input  logic        north__ready,
    output logic        south__valid,
    output logic [29:0] south__payload,
    input  logic        south__ready,
    output logic        local__valid,
    output logic [29:0] local__payload,
    input  logic        local__ready
);
  logic [4:0] wish, valid, ready;
  logic signed [8:0] dx, dy;
  logic found;

  assign dx = core__payload[8:0];
  assign dy = core__payload[17:9];
  assign ready = {local__ready, south__ready, north__ready, west__ready, east__ready};
  assign {local__valid, south__valid, north__valid, west__valid, east__valid} = valid;

  // In the order in which they are asked; the last always agrees.
  assign wish = {1'b1, dy < 0, dy > 0, dx < 0, dx > 0};

  always_comb begin
    valid = '0;
    found = !core__valid;
    for (int i = 0; i < 5; i++) begin
      if (!found && wish[i]) begin
        valid[i] = 1'b1;
        found = 1'b1;
      end
    end
    core__ready = 1'b0;
    for (int i = 0; i < 5; i++) core__ready |= valid[i] && ready[i];
  end

  assign east__payload  = {core__payload[29:9], core__payload[8:0] - 9'd1};
  assign west__payload  = {core__payload[29:9], core__payload[8:0] + 9'd1};
  assign north__payload = {core__payload[29:18], core__payload[17:9] - 9'd1, core__payload[8:0]};
  assign south__payload = {core__payload[29:18], core__payload[17:9] + 9'd1, core__payload[8:0]};
  assign local__payload = core__payload;
endmodule
