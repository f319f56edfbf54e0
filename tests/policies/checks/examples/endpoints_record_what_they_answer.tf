resource "databricks_model_serving" "fail_unset" {
  name = "a"
}

resource "databricks_model_serving" "fail_off" {
  name = "b"
  ai_gateway {
    inference_table_config {
      enabled = false
    }
  }
}

resource "databricks_model_serving" "unknown_variable" {
  name = "c"
  ai_gateway {
    inference_table_config {
      enabled = var.record
    }
  }
}

resource "databricks_model_serving" "pass_gateway" {
  name = "d"
  ai_gateway {
    inference_table_config {
      enabled = true
    }
  }
}

resource "databricks_model_serving" "fail_model" {
  name = "e"
  config {
    served_entities {
      entity_name    = "prod.credit_ops.default_risk"
      entity_version = "3"
    }
  }
}

resource "databricks_model_serving" "pass_features" {
  name = "f"
  config {
    served_entities {
      entity_name = "prod.credit_features.client_features_0a1b2c3d"
    }
  }
}
