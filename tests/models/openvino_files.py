"""Tiny OpenVINO files (.xml and .bin) for the tests of gazecapture; run inside the models' own image, which has it."""

import sys

import numpy as np
import openvino as ov
from openvino import opset13 as op


def picture(name: str) -> ov.Node:
    parameter = op.parameter([1, 3, 60, 60], np.float32, name=name)
    parameter.output(0).set_names({name})
    return parameter


def brightness(parameter: ov.Node) -> ov.Node:
    """The mean of a picture in 0..1, as (1, 1)."""
    mean = op.reduce_mean(parameter, op.constant(np.array([1, 2, 3])), keep_dims=False)
    return op.reshape(op.multiply(mean, op.constant(np.float32(1 / 255))), op.constant(np.array([1, 1])), False)


def named(node: ov.Node, name: str) -> ov.Node:
    node.output(0).set_names({name})
    node.set_friendly_name(name)
    return op.result(node)


def head(roll: float) -> ov.Model:
    """Yaw and pitch are ten times the face's brightness, the roll is `roll`."""
    data = picture("data")
    bright = brightness(data)
    yaw = named(op.multiply(bright, op.constant(np.float32(10))), "angle_y_fc")
    pitch = named(op.multiply(bright, op.constant(np.float32(-10))), "angle_p_fc")
    same = op.multiply(bright, op.constant(np.float32(0)))
    return ov.Model([yaw, pitch, named(op.add(same, op.constant(np.float32(roll))), "angle_r_fc")], [data], "head")


def gaze(direction: list[float]) -> ov.Model:
    """Looks in `direction`, and to the right by how much brighter the right eye's picture is than the left one's.

    The roll that it is told moves the look up: it should be told 0, since eyes come upright.
    """
    left, right = picture("left_eye_image"), picture("right_eye_image")
    angles = op.parameter([1, 3], np.float32, name="head_pose_angles")
    angles.output(0).set_names({"head_pose_angles"})
    aside = op.subtract(brightness(right), brightness(left))
    roll = op.matmul(angles, op.constant(np.array([[0], [0], [1]], np.float32)), False, False)
    moved = op.concat([aside, roll, op.multiply(aside, op.constant(np.float32(0)))], 1)
    answer = op.add(moved, op.constant(np.array([direction], np.float32)))
    return ov.Model([named(answer, "gaze_vector")], [left, right, angles], "gaze")


if __name__ == "__main__":
    folder, roll, *direction = sys.argv[1:]
    ov.save_model(head(float(roll)), f"{folder}/head-pose-estimation-adas-0001.xml", compress_to_fp16=False)
    ov.save_model(
        gaze([float(one) for one in direction]), f"{folder}/gaze-estimation-adas-0002.xml", compress_to_fp16=False
    )
