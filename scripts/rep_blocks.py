"""Blocks of RepVGG and MobileOne, which no package has under their own names of parameters, by what they compute.

Each is a sum of branches, then perhaps squeeze-and-excitation, then ReLU. A `deploy` block has one convolution for the sum.
"""
from torch import nn


def conv_norm(c1, c2, k, s, p, g):
    block = nn.Sequential()
    block.add_module("conv", nn.Conv2d(c1, c2, k, s, p, groups=g, bias=False))
    block.add_module("bn", nn.BatchNorm2d(c2))
    return block


class Gate(nn.Module):
    """x * sigmoid(second(relu(first(mean of x)))), by the names of the two convolutions."""

    def __init__(self, channels, hidden, first, second):
        super().__init__()
        self.names = (first, second)
        self.add_module(first, nn.Conv2d(channels, hidden, 1))
        self.add_module(second, nn.Conv2d(hidden, channels, 1))

    def forward(self, x):
        first, second = (getattr(self, name) for name in self.names)
        return x * second(first(x.mean((2, 3), keepdim=True)).relu()).sigmoid()


class RepVGGBlock(nn.Module):
    def __init__(self, c1, c2, k, s=1, p=0, d=1, g=1, padding_mode="zeros", deploy=False, use_se=False):
        super().__init__()
        self.nonlinearity = nn.ReLU()
        self.se = Gate(c2, c2 // 16, "down", "up") if use_se else nn.Identity()
        if deploy:
            self.rbr_reparam = nn.Conv2d(c1, c2, k, s, p, d, g, padding_mode=padding_mode)
            self.branches = ["rbr_reparam"]
            return
        self.branches = ["rbr_dense", "rbr_1x1"]
        if c1 == c2 and s == 1:
            self.rbr_identity = nn.BatchNorm2d(c1)
            self.branches.append("rbr_identity")
        self.rbr_dense = conv_norm(c1, c2, k, s, p, g)
        self.rbr_1x1 = conv_norm(c1, c2, 1, s, p - k // 2, g)

    def forward(self, x):
        return self.nonlinearity(self.se(sum(getattr(self, name)(x) for name in self.branches)))


class MobileOneBlock(nn.Module):
    def __init__(self, c1, c2, k, s=1, p=0, d=1, g=1, inference_mode=False, use_se=False, num_conv_branches=1):
        super().__init__()
        self.se = Gate(c2, int(c2 * 0.0625), "reduce", "expand") if use_se else nn.Identity()
        self.activation = nn.ReLU()
        self.inference_mode = inference_mode
        if inference_mode:
            self.reparam_conv = nn.Conv2d(c1, c2, k, s, p, d, g)
            return
        self.rbr_skip = nn.BatchNorm2d(c1) if c1 == c2 and s == 1 else None
        self.rbr_conv = nn.ModuleList(conv_norm(c1, c2, k, s, p, g) for _ in range(num_conv_branches))
        self.rbr_scale = conv_norm(c1, c2, 1, s, 0, g) if k > 1 else None

    def forward(self, x):
        if self.inference_mode:
            return self.activation(self.se(self.reparam_conv(x)))
        branches = [self.rbr_scale, self.rbr_skip, *self.rbr_conv]
        return self.activation(self.se(sum(branch(x) for branch in branches if branch is not None)))
