"""The raster engine's own reflectance as a Mitsuba BSDF: Lambert under GGX, the lost bounces between facets given back.

With it the two engines differ in how light travels, and in nothing else. It is written from the formulas, not
from the shaders; the two share only the table of directional albedo. It has no back side and lets nothing through.
"""

from __future__ import annotations

from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from myriorama.scenes.rendering.raster.reflectance import directional_albedo

DIELECTRIC = 0.04

mi.set_variant("llvm_ad_rgb")  # a BSDF derives from its variant's base class


class MetallicRoughness(mi.BSDF):
    """Textures `base_color`, `roughness` and `metallic`, as in glTF 2.0."""

    def __init__(self, traits: Any) -> None:
        mi.BSDF.__init__(self, traits)
        self.base, self.rough, self.metal = (
            traits.get_texture(name) for name in ("base_color", "roughness", "metallic")
        )
        self.albedo = mi.Texture2f(
            mi.TensorXf(np.ascontiguousarray(directional_albedo())), use_accel=False, wrap_mode=dr.WrapMode.Clamp
        )
        sides = mi.BSDFFlags.FrontSide | mi.BSDFFlags.SpatiallyVarying
        self.m_components = [mi.BSDFFlags.DiffuseReflection | sides, mi.BSDFFlags.GlossyReflection | sides]
        self.m_flags = self.m_components[0] | self.m_components[1]

    def _surface(self, si: Any, active: Any) -> tuple[Any, Any, Any, Any, Any]:
        """Return microfacets, f0, the factor that gives bounces back, the diffuse albedo, and the mirror's share."""
        color, metallic = self.base.eval(si, active), self.metal.eval_1(si, active)
        rough = dr.clip(self.rough.eval_1(si, active), 0.045, 1.0)
        facets = mi.MicrofacetDistribution(mi.MicrofacetType.GGX, dr.square(rough), True)
        f0 = dr.lerp(mi.Color3f(DIELECTRIC), color, metallic)
        scale, bias = self.albedo.eval(mi.Point2f(dr.clip(mi.Frame3f.cos_theta(si.wi), 1e-3, 1.0), rough), active)
        gain = 1.0 + f0 * (dr.rcp(scale + bias) - 1.0)
        mirrored = f0 * scale + bias
        diffuse = color * (1.0 - metallic) * (1.0 - dr.max(mirrored))
        share = dr.clip(dr.mean(mirrored * gain) / (dr.mean(mirrored * gain) + dr.mean(diffuse)), 0.1, 1.0)
        return facets, f0, gain, diffuse, share

    def eval_pdf(self, ctx: Any, si: Any, wo: Any, active: Any = True) -> tuple[Any, Any]:
        facets, f0, gain, diffuse, share = self._surface(si, active)
        cos_i, cos_o = mi.Frame3f.cos_theta(si.wi), mi.Frame3f.cos_theta(wo)
        active &= (cos_i > 0) & (cos_o > 0)
        h = dr.normalize(si.wi + wo)
        fresnel = f0 + (1.0 - f0) * dr.power(dr.maximum(1.0 - dr.dot(wo, h), 0.0), 5)
        a2 = dr.square(facets.alpha_u())
        heights = 0.5 / (
            cos_o * dr.sqrt(dr.square(cos_i) * (1.0 - a2) + a2) + cos_i * dr.sqrt(dr.square(cos_o) * (1.0 - a2) + a2)
        )
        value = (fresnel * gain * (facets.eval(h) * heights) + diffuse * dr.inv_pi) * cos_o
        mirror_pdf = facets.pdf(si.wi, h) / (4.0 * dr.dot(wo, h))
        pdf = share * mirror_pdf + (1.0 - share) * cos_o * dr.inv_pi
        return dr.select(active, value, 0.0), dr.select(active, pdf, 0.0)

    def eval(self, ctx: Any, si: Any, wo: Any, active: Any = True) -> Any:
        return self.eval_pdf(ctx, si, wo, active)[0]

    def pdf(self, ctx: Any, si: Any, wo: Any, active: Any = True) -> Any:
        return self.eval_pdf(ctx, si, wo, active)[1]

    def sample(self, ctx: Any, si: Any, sample1: Any, sample2: Any, active: Any = True) -> tuple[Any, Any]:
        facets, _, _, _, share = self._surface(si, active)
        mirror = sample1 < share
        h, _ = facets.sample(si.wi, sample2)
        drawn = mi.BSDFSample3f()
        drawn.wo = dr.select(mirror, mi.reflect(si.wi, h), mi.warp.square_to_cosine_hemisphere(sample2))
        value, drawn.pdf = self.eval_pdf(ctx, si, drawn.wo, active)
        drawn.eta = 1.0
        drawn.sampled_component = dr.select(mirror, mi.UInt32(1), mi.UInt32(0))
        drawn.sampled_type = dr.select(
            mirror, mi.UInt32(+mi.BSDFFlags.GlossyReflection), mi.UInt32(+mi.BSDFFlags.DiffuseReflection)
        )
        return drawn, dr.select(active & (drawn.pdf > 0), value / drawn.pdf, 0.0)

    def eval_diffuse_reflectance(self, si: Any, active: Any = True) -> Any:
        return self.base.eval(si, active)

    def to_string(self) -> str:
        return "MetallicRoughness[]"
