// A task for each output's handshake; case on a pair of two-bit signs.
module from_local (core__valid, core__payload, core__ready, east__valid, east__payload, east__ready,
    west__valid, west__payload, west__ready, north__valid, north__payload, north__ready,
    south__valid, south__payload, south__ready, local__valid, local__payload, local__ready);
  input core__valid, east__ready, west__ready, north__ready, south__ready, local__ready;
  input [29:0] core__payload;
  output core__ready, east__valid, west__valid, north__valid, south__valid, local__valid;
  output [29:0] east__payload, west__payload, north__payload, south__payload, local__payload;
  reg core__ready, east__valid, west__valid, north__valid, south__valid, local__valid;

  function [1:0] sgn;  // 00 zero, 01 positive, 11 negative
    input [8:0] v;
    sgn = {v[8], |v};
  endfunction

  task pass;
    input ready;
    output valid;
    begin
      valid = 1'b1;
      core__ready = ready;
    end
  endtask

  always @(*) begin
    {core__ready, east__valid, west__valid, north__valid, south__valid, local__valid} = 6'b0;
    if (core__valid)
      case (sgn(core__payload[8:0]))
        2'b01: pass(east__ready, east__valid);
        2'b11: pass(west__ready, west__valid);
        default:
          case (sgn(core__payload[17:9]))
            2'b01: pass(north__ready, north__valid);
            2'b11: pass(south__ready, south__valid);
            default: pass(local__ready, local__valid);
          endcase
      endcase
  end

  function [8:0] plus;
    input [8:0] v;
    plus = v + 9'd1;
  endfunction
  function [8:0] minus;
    input [8:0] v;
    minus = v - 9'd1;
  endfunction
  wire [11:0] high = core__payload[29:18];
  wire [8:0] x = core__payload[8:0], y = core__payload[17:9];
  assign east__payload = {high, y, minus(x)};
  assign west__payload = {high, y, plus(x)};
  assign north__payload = {high, minus(y), x};
  assign south__payload = {high, plus(y), x};
  assign local__payload = {high, y, x};
endmodule
